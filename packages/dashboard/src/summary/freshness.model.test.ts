import { describe, expect, it } from 'vitest'
import type { Entry } from './entry.ts'
import { freshnessText, isOldAt, lapseOf, slowText, troubleOf } from './freshness.model.ts'
import { noStreak } from './streak.model.ts'
import type { FeedState } from './summary-feed.ts'

const now = new Date(2026, 10, 25, 14, 8).getTime()
const state = (more: Partial<FeedState> = {}): FeedState => ({
  intervalMs: 30_000,
  nextAtMs: now + 18_000,
  slowUntilMs: null,
  entries: new Map(),
  isPaused: false,
  isReading: false,
  isLive: false,
  liveEnd: null,
  budget: null,
  streak: noStreak,
  ...more,
})
const entry = (more: Partial<Entry> = {}): Entry => ({
  summary: {} as Entry['summary'],
  readAtMs: now - 12_000,
  etag: undefined,
  failure: null,
  ...more,
})
const failure = { atMs: now, status: 503, code: 'STORE_UNAVAILABLE', detail: 'Redis did not answer within 5 s.', retryAtMs: 0 }

describe('the chip', () => {
  it.each([
    ['between two reads', state(), 'Updated 12 s ago · next in 18 s'],
    ['while it is paused', state({ isPaused: true }), 'Updated 12 s ago · paused'],
    ['while it reads', state({ isReading: true }), 'Updated 12 s ago · reading'],
    ['while a stream tells', state({ isLive: true, isReading: true }), 'Live · updated 12 s ago'],
  ])('%s', (_title, given, text) => {
    expect(freshnessText(given, now - 12_000, now)).toBe(text)
  })
})

it('figures are old after 90 s, and later where the limit made the reader slower', () => {
  expect([isOldAt(now - 90_000, 30_000, now), isOldAt(now - 90_001, 30_000, now), isOldAt(now - 170_000, 120_000, now)]).toEqual([
    false,
    true,
    false,
  ])
})

it('where nothing could be read yet the chip says when that is tried again', () => {
  expect(freshnessText(state(), 0, now)).toBe('Not read yet')
  const streak = { count: 1, sinceMs: now - 1_000, lastAtMs: now - 1_000 }
  expect(freshnessText(state({ nextAtMs: now + 5_000, streak }), 0, now)).toBe('Not read yet · next in 5 s')
})

describe('figures are not as they are now', () => {
  const away = { ...failure, status: 0, code: 'UNREACHABLE' }
  const streak = { count: 3, sinceMs: now - 40_000, lastAtMs: now }
  it.each([
    ['once the server is not reached', entry({ failure: away }), state({ streak }), { kind: 'unreachable', sinceMs: now - 40_000 }],
    ['once its store does not answer', entry({ failure }), state({ streak }), { kind: 'store', sinceMs: now - 40_000 }],
    [
      'where they are refused',
      entry({ failure: { ...failure, status: 403, code: 'FORBIDDEN' } }),
      state(),
      { kind: 'refused', sinceMs: now },
    ],
    ['when they are old', entry({ readAtMs: now - 91_000 }), state(), { kind: 'old', sinceMs: now - 91_000 }],
  ])('%s', (_title, given, stated, lapse) => {
    expect(lapseOf(given, stated, now)).toEqual({ ...lapse, readAtMs: given.readAtMs })
  })

  it('but while they are young, and for a refusal by the limit, they are', () => {
    expect(lapseOf(entry(), state(), now)).toBeNull()
    expect(lapseOf(entry({ failure: { ...failure, status: 429, code: 'RATE_LIMITED' } }), state(), now)).toBeNull()
  })
})

describe('a slower pace is said, with its end', () => {
  it.each([
    [
      'every 60 s',
      state({ intervalMs: 60_000, nextAtMs: now + 50_000, slowUntilMs: now + 420_000 }),
      'Refreshing every 60 s to stay within the limit. Back to 30 s at 14:15.',
    ],
    [
      'every 2 min',
      state({ intervalMs: 120_000, slowUntilMs: now + 420_000 }),
      'Refreshing every 2 min to stay within the limit. Back to 30 s at 14:15.',
    ],
    [
      'used up',
      state({ intervalMs: 300_000, nextAtMs: now + 420_000, slowUntilMs: now + 420_000 }),
      'The limit is used up: the figures are read again at 14:15.',
    ],
    ['at the usual pace', state(), null],
  ])('%s', (_title, given, text) => {
    expect(slowText(given, now)).toBe(text)
  })
})

describe('the banner', () => {
  it('says what failed, what is true and what happens, with the code', () => {
    expect(troubleOf(entry({ failure }), state(), now)).toEqual({
      status: 'fail',
      title: 'The figures could not be read.',
      text: 'The server answers, but its store does not. What is shown is from 14:07. They are asked for again by themselves.',
      code: 'STORE_UNAVAILABLE',
    })
  })

  it('says so when nothing was ever read', () => {
    expect(troubleOf(entry({ summary: undefined, failure }), state(), now)?.text).toContain('Nothing was read yet.')
  })

  it('says for how long nothing came, and why where that is known', () => {
    const old = entry({ readAtMs: now - 192_000 })
    expect(troubleOf(old, state(), now)).toMatchObject({
      title: 'Not updated for 3 min 12 s.',
      text: 'No newer answer came. What is shown is from 14:04.',
    })
    expect(troubleOf(old, state({ isPaused: true }), now)?.text).toContain('Refreshing is paused.')
  })

  it('stays away while all is well, and for a limit that only slows', () => {
    expect(troubleOf(entry(), state(), now)).toBeNull()
    expect(troubleOf(entry({ failure: { ...failure, status: 429 } }), state(), now)).toBeNull()
  })
})
