import { describe, expect, it } from 'vitest'
import type { Summary } from '@millrace/contract'
import { afterAction, questionOf, refusalOf } from './queue-actions.model.ts'
import { queueWith } from './queue.test.fixture.ts'

describe('the question before an action', () => {
  it('states the count, what happens and what survives', () => {
    expect(questionOf('clear', 'mail', 14_562)).toMatchObject({
      title: 'Clear 14,562 completed messages of mail?',
      text: expect.stringMatching(/cannot be restored.*stays/),
      action: 'Clear 14,562',
      isDangerous: true,
    })
    expect(questionOf('redrive', 'mail', 1).title).toBe('Redrive 1 dead message of mail?')
  })

  it('asks for the name above 1,000 messages, and not at 1,000', () => {
    expect([questionOf('redrive', 'mail', 1_001).typedName, questionOf('redrive', 'mail', 1_000).typedName]).toEqual(['mail', undefined])
  })

  it('says afterwards what was done, by what the server counted', () => {
    expect(questionOf('redrive', 'mail', 5).done(4)).toBe('4 messages redriven')
  })
})

it('a viewer is told who can; nobody is refused by a guess', () => {
  expect([refusalOf('viewer'), refusalOf('operator'), refusalOf(undefined)]).toEqual([expect.stringContaining('operator'), null, null])
})

describe('what was done is shown before the next read', () => {
  const counts = { ready: 1, scheduled: 0, active: 0, completed: 7, dead: 5 }
  const summary = { queues: [queueWith({ name: 'mail', counts }), queueWith({ name: 'other', counts })] } as Summary
  const after = (...done: [Parameters<typeof afterAction>[1], number]) => {
    const { queues } = afterAction(summary, done[0], 'mail', done[1])
    expect(queues[1]).toBe(summary.queues[1])
    return queues[0]
  }

  it('in the queue that was meant alone', () => {
    expect(after('pause', 0)?.paused).toBe(true)
    expect(after('resume', 0)?.paused).toBe(false)
    expect(after('redrive', 4)?.counts).toEqual({ ...counts, ready: 5, dead: 1 })
    expect(after('clear', 9)?.counts).toEqual({ ...counts, completed: 0 })
  })
})
