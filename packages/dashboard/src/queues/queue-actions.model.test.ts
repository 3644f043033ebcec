import { describe, expect, it } from 'vitest'
import { questionOf, refusalOf } from './queue-actions.model.ts'

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
