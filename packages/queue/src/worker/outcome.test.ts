import { describe, expect, it } from 'vitest'
import type { AttemptRecord, ClaimedMessage } from '../store/store.ts'
import { Bury, Retry } from '../verdict.ts'
import { Attempt, cut } from './attempt.ts'
import { describe as described, failureOf, fingerprintOf } from './outcome.ts'

const rule = { maxRetries: 3, retryDelay: 1, retryJitter: 0 }
const ran = { worker: '0worker-------', startedAtMs: 1_800_000_000_000, runMs: 5 }

function attempt(claim: Partial<ClaimedMessage> = {}): Attempt {
  const message: ClaimedMessage = {
    id: 'm',
    level: 'normal',
    options: undefined,
    payload: '{}',
    createdAtMs: 0,
    scheduledForMs: null,
    readyAtMs: 0,
    retries: 0,
    crashes: 0,
    alone: false,
    fence: 1,
    ...claim,
  }
  return new Attempt(message, 'nonce------', () => {})
}

describe('failureOf', () => {
  it('a failure before the last attempt waits, the last one is the end', () => {
    expect(failureOf(attempt(), new Error('no'), rule, ran)).toMatchObject({ kind: 'failed', delayMs: 1000 })
    expect(failureOf(attempt({ retries: 1 }), new Error('no'), rule, ran)).toMatchObject({ kind: 'failed', delayMs: 2000 })
    expect(failureOf(attempt({ retries: 2 }), new Error('no'), rule, ran)).toMatchObject({ kind: 'dead', reason: 'Error: no' })
  })

  it("a message's own maxRetries and retryDelay come before the queue's", () => {
    const own = attempt({ options: { maxRetries: 5, retryDelay: 10 }, retries: 2 })
    expect(failureOf(own, new Error('no'), rule, ran)).toMatchObject({ kind: 'failed', delayMs: 40_000 })
  })

  it('crashes count in the number of the attempt, not in its retries', () => {
    const result = failureOf(attempt({ retries: 1, crashes: 4 }), new Error('no'), rule, ran)
    expect(result.kind).toBe('failed')
    expect(JSON.parse(result.attempt)).toMatchObject({ attempt: 6 })
  })

  it('Retry chooses the delay but not the number of attempts; Bury ends it at once', () => {
    expect(failureOf(attempt(), new Retry({ delayMs: 12.2 }), rule, ran)).toMatchObject({ kind: 'failed', delayMs: 13 })
    expect(failureOf(attempt({ retries: 2 }), new Retry({ delayMs: 12 }), rule, ran)).toMatchObject({ kind: 'dead' })
    expect(failureOf(attempt(), new Bury('gone'), rule, ran)).toMatchObject({ kind: 'dead', reason: 'gone' })
  })

  it('a dead message is found by its name, its tags and the kind of its error', () => {
    const result = failureOf(attempt({ retries: 2, options: { name: 'mail', tags: ['a', 'b'] } }), new Error('no user 17'), rule, ran)
    expect(result).toMatchObject({
      terms: ['name:mail', 'tag:a', 'tag:b', `error:${fingerprintOf({ name: 'Error', message: 'no user 18' })}`],
    })
  })

  it('an attempt is kept in at most 4 KiB, its stack giving way first', () => {
    for (const text of ['x'.repeat(100_000), 'é'.repeat(50_000), '"\\\n'.repeat(40_000), '😀'.repeat(30_000)]) {
      const error = new Error(text)
      error.stack = text
      const record = failureOf(attempt(), error, rule, ran).attempt
      expect(Buffer.byteLength(record)).toBeLessThanOrEqual(4096)
      expect(JSON.parse(record)).toMatchObject({ attempt: 1, worker: ran.worker, runMs: 5, error: { name: 'Error' } })
    }
  })
})

describe('what a handler throws', () => {
  const revoked = Proxy.revocable({}, {})
  revoked.revoke()
  const shy = (): never => {
    throw new Error('do not look')
  }
  it.each<[string, unknown]>([
    ['an object without a prototype that is no JSON', Object.assign(Object.create(null) as object, { n: 1n })],
    ['an object whose toString and toJSON throw', { toString: shy, toJSON: shy }],
    ['a revoked Proxy', revoked.proxy],
    ['a Proxy of an Error that cannot be looked at', new Proxy(new Error('no'), { get: shy })],
    ['a Proxy whose prototype cannot be asked for', new Proxy(new Error('no'), { getPrototypeOf: shy })],
    ['an Error whose message has no text', Object.defineProperty(new Error('no'), 'message', { value: Object.create(null) })],
    ['an Error whose cause cannot be had', Object.defineProperty(new Error('no'), 'cause', { get: shy })],
    ['a Retry whose delay cannot be had', Object.defineProperty(new Retry(), 'delayMs', { get: shy })],
  ])('is a failed attempt even where it cannot be turned into text: %s', (_what, thrown) => {
    const result = failureOf(attempt(), thrown, rule, ran)
    expect(result).toMatchObject({ kind: 'failed', delayMs: 1000 })
    const { error } = JSON.parse(result.attempt) as AttemptRecord
    expect(error).toMatchObject({ name: 'TypeError', message: 'what was thrown cannot be turned into text' })
  })
})

describe('fingerprintOf', () => {
  const of = (message: string, name = 'Error') => fingerprintOf({ name, message })

  it('numbers, ids, addresses and quoted texts do not matter', () => {
    expect(of('no user 17')).toBe(of('no user 18'))
    expect(of('connect ECONNREFUSED 127.0.0.1:6379')).toBe(of('connect ECONNREFUSED 10.0.0.5:6380'))
    expect(of('bad id 6f1d2c3b-0000-4000-8000-0123456789ab')).toBe(of('bad id 11111111-2222-4333-8444-555555555555'))
    expect(of('cannot read "a"')).toBe(of('cannot read "bcd"'))
    expect(of('first\nsecond')).toBe(of('first\nthird'))
  })

  it('words and the name of the error do', () => {
    expect(of('no user 17')).not.toBe(of('no group 17'))
    expect(of('no user', 'TypeError')).not.toBe(of('no user', 'RangeError'))
    expect(of('x')).toMatch(/^[0-9a-f]{12}$/)
  })
})

describe('describe', () => {
  it('the causes of an error follow its stack', () => {
    const error = new Error('outer', { cause: new TypeError('inner', { cause: 'root' }) })
    expect(described(error).stack).toMatch(/Error: outer\n.*\ncaused by TypeError: inner\ncaused by root$/s)
  })
})

describe('cut', () => {
  it('keeps whole characters and at most the bytes', () => {
    expect(cut('abc', 10)).toBe('abc')
    for (const text of ['é'.repeat(100), '😀'.repeat(100), `a${'é'.repeat(100)}`]) {
      for (const bytes of [20, 21, 22, 23]) {
        const kept = cut(text, bytes)
        expect(Buffer.byteLength(kept)).toBeLessThanOrEqual(bytes)
        expect(kept).toMatch(/^[aé😀]*…$/u)
      }
    }
  })
})
