import type { Verdict } from '@millrace/contract'
import { describe, expect, it } from 'vitest'
import { historyMarks, lapseWords, reasonPath, verdictWords } from './verdict.model.ts'

describe('the sentence', () => {
  it('says what, and for how long in whole minutes', () => {
    const verdict: Verdict = { status: 'degraded', since: 1_000, reasons: [], aside: [], history: [] }
    expect(verdictWords(verdict, 1_000 + 389_000)).toEqual({ word: 'Degraded', length: 'for 6 min' })
    expect(verdictWords(verdict, 31_000)).toEqual({ word: 'Degraded', length: 'for less than a minute' })
  })

  it('does not say since when where nobody knows', () => {
    expect(verdictWords({ status: 'healthy', since: null, reasons: [], aside: [], history: [] }, 1)).toEqual({
      word: 'All well',
      length: null,
    })
  })
})

describe('while nobody can say', () => {
  const at = new Date(2026, 10, 25, 13, 2).getTime()
  const last: Verdict = { status: 'healthy', since: null, reasons: [], aside: [], history: [] }

  it('the sentence says since when, why, and what was known last', () => {
    expect(lapseWords({ kind: 'store', sinceMs: at + 60_000, readAtMs: at }, last, at + 90_000)).toEqual({
      word: 'Unknown',
      length: 'since 13:03',
      why: 'The store does not answer the server.',
      was: 'was: All well at 13:02',
    })
    expect(lapseWords({ kind: 'unreachable', sinceMs: at, readAtMs: 0 }, undefined, at)).toMatchObject({
      word: 'Not reachable',
      was: 'Nothing was read before.',
    })
  })
})

it('each reason leads to where it is looked into', () => {
  expect(reasonPath({ kind: 'queue', subject: 'mail' })).toBe('/queues/mail')
  expect(reasonPath({ kind: 'route', subject: 'GET /api/exports/:id' })).toBe('/api?method=GET&endpoint=%2Fapi%2Fexports%2F%3Aid')
  expect((['redis', 'system', 'instance'] as const).map((kind) => reasonPath({ kind, subject: 'x' }))).toEqual([
    '/redis',
    '/system',
    '/system',
  ])
})

it('a minute nobody looked at is unknown, never well', () => {
  const marks = historyMarks([{ timestamp: 59 * 60_000 + 5, status: 'healthy' }], 60 * 60_000 + 7)
  expect(marks).toHaveLength(60)
  expect(marks.slice(-2)).toEqual([
    { timestampMs: 59 * 60_000, status: 'healthy' },
    { timestampMs: 60 * 60_000, status: 'unknown' },
  ])
})
