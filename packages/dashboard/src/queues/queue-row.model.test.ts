import type { Reason, Verdict } from '@millrace/contract'
import { describe, expect, it } from 'vitest'
import { queueRow, queueRows } from './queue-row.model.ts'
import { levelWith, queueWith } from './queue.test.fixture.ts'

const reason = (subject: string, status: Reason['status'] = 'degraded'): Reason => ({
  kind: 'queue',
  subject,
  status,
  text: 'why',
  since: 5,
})
const verdict = (...reasons: Reason[]): Verdict => ({ status: 'degraded', since: 5, reasons, aside: [], history: [] })
const waiting = { ready: 10, scheduled: 0, active: 0, completed: 0, dead: 0 }

it('most trouble comes first: failing, slow, paused, then what waits longest against its target', () => {
  const late = queueWith({ name: 'late', levels: [levelWith({ oldestAgeMs: 3_000 })] })
  const names = ['calm', 'slow', 'paused', 'broken'].map((name) => queueWith({ name, paused: name === 'paused' }))
  const rows = queueRows({ queues: [...names, late], verdict: verdict(reason('slow'), reason('broken', 'failing')) })
  expect(rows.map(({ name }) => name)).toEqual(['broken', 'slow', 'paused', 'late', 'calm'])
})

describe('the word of a queue', () => {
  it.each([
    ['well', queueWith(), undefined, 'ok', 'OK'],
    ['paused', queueWith({ paused: true }), undefined, 'paused', 'Paused'],
    ['judged slow', queueWith(), reason('mail'), 'slow', 'Slow'],
    ['waiting for a worker', queueWith({ workers: 0, counts: waiting }), reason('mail', 'failing'), 'fail', 'No workers'],
    [
      'failing a tenth',
      queueWith({ throughput: { enqueuedPerSecond: 1, completedPerSecond: 9, failedPerSecond: 1 } }),
      reason('mail'),
      'slow',
      'Errors',
    ],
    ['starving a level', queueWith({ levels: [levelWith({ oldestAgeMs: 11_000 })] }), reason('mail'), 'slow', 'Starved'],
  ])('%s', (_title, queue, given, status, word) => {
    expect(queueRow(queue, given)).toMatchObject({ status, word })
  })
})

describe('the time to drain', () => {
  it.each([
    ['nothing waits', queueWith(), '—'],
    ['it is paused', queueWith({ paused: true, counts: waiting }), '— paused'],
    [
      'more comes than goes',
      queueWith({ counts: waiting, throughput: { enqueuedPerSecond: 312, completedPerSecond: 248, failedPerSecond: 0 } }),
      'growing 64.0 /s',
    ],
    ['nothing moves', queueWith({ counts: waiting }), '— not shrinking'],
    ['it is about to be empty', queueWith({ counts: waiting, drainSeconds: 0.4 }), '< 1 s'],
    ['it shrinks', queueWith({ counts: waiting, drainSeconds: 22 }), '22.0 s'],
  ])('%s', (_title, queue, text) => {
    expect(queueRow(queue, undefined).drain).toBe(text)
  })
})

it('failures are a share of what ended, and unknown when nothing did', () => {
  expect(queueRow(queueWith(), undefined).failures).toBeNull()
  expect(queueRow(queueWith({ throughput: { enqueuedPerSecond: 0, completedPerSecond: 3, failedPerSecond: 1 } }), undefined).failures).toBe(
    0.25,
  )
})
