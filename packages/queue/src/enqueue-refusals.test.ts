import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { embeddedPlace } from './engine.test.stage.ts'
import type { EnginePlace } from './engine.test.stage.ts'
import { Queue } from './queue.ts'
import { FlakyStore } from './testing/flaky-store.ts'
import { ModelStore } from './testing/model-store.ts'

const cyclic: Record<string, unknown> = {}
cyclic['self'] = cyclic

const nested = (levels: number) => JSON.parse('['.repeat(levels) + ']'.repeat(levels)) as unknown

/** payload, options, code, what the message must name */
const refused: [what: string, payload: unknown, options: unknown, code: string, names: RegExp][] = [
  ['undefined', undefined, {}, 'PAYLOAD_NOT_JSON', /`payload` must be a JSON value, got undefined/],
  ['a function', () => 1, {}, 'PAYLOAD_NOT_JSON', /got a function/],
  ['a symbol', Symbol('x'), {}, 'PAYLOAD_NOT_JSON', /`payload`/],
  ['a BigInt', { n: 1n }, {}, 'PAYLOAD_NOT_JSON', /BigInt/],
  ['a cycle', cyclic, {}, 'PAYLOAD_NOT_JSON', /circular.*without cycles/s],
  ['too many levels', nested(100_000), {}, 'PAYLOAD_TOO_DEEP', /nested too deeply.*up to 1,000 levels/],
  ['too many bytes', 'x'.repeat(262_143), {}, 'PAYLOAD_TOO_LARGE', /262,145 bytes of JSON, at most 262,144/],
  ['too many bytes of UTF-8', 'é'.repeat(131_072), {}, 'PAYLOAD_TOO_LARGE', /262,146 bytes/],
  ['a misspelt level', 1, { priority: 'urgnt' }, 'PRIORITY_INVALID', /urgent, high, normal, low, got "urgnt"; did you mean 'urgent'\?/],
  ['a number as level', 1, { priority: 1 }, 'PRIORITY_INVALID', /got 1/],
  ['a negative delay', 1, { delayMs: -1 }, 'DELAY_INVALID', /`delayMs` must be a number from 0 to 315,576,000,000, got -1/],
  ['an absurd delay', 1, { delayMs: 1e15 }, 'DELAY_INVALID', /got 1000000000000000/],
  ['a delay that is NaN', 1, { delayMs: Number.NaN }, 'DELAY_INVALID', /got NaN/],
  ['a delay as text', 1, { delayMs: '5' }, 'DELAY_INVALID', /got "5"/],
  ['no date', 1, { scheduledFor: new Date('no') }, 'SCHEDULE_INVALID', /an invalid Date/],
  ['a date as text', 1, { scheduledFor: '2030-01-01' }, 'SCHEDULE_INVALID', /give new Date\(text\)/],
  ['a date in 50 years', 1, { scheduledFor: Date.now() + 50 * 31_557_600_000 }, 'SCHEDULE_INVALID', /at most 10 years ahead/],
  ['two times', 1, { delayMs: 1, scheduledFor: 1 }, 'SCHEDULE_INVALID', /not both/],
  ['an id with a space', 1, { id: 'a b' }, 'ID_INVALID', /without space, got "a b"/],
  ['an empty id', 1, { id: '' }, 'ID_INVALID', /1 to 128/],
  ['a long id', 1, { id: 'x'.repeat(129) }, 'ID_INVALID', /1 to 128/],
  ['an id outside ASCII', 1, { id: 'é' }, 'ID_INVALID', /ASCII/],
  ['an empty name', 1, { name: '' }, 'OPTION_INVALID', /`name` must be 1 to 128/],
  ['a name with a line break', 1, { name: 'a\nb' }, 'OPTION_INVALID', /printable/],
  ['eleven tags', 1, { tags: Array.from({ length: 11 }, () => 'a') }, 'OPTION_INVALID', /at most 10 texts, got an array of 11/],
  ['a tag that is no text', 1, { tags: ['a', 1] }, 'OPTION_INVALID', /`tags\[1\]` must be 1 to 64/],
  ['tags as one text', 1, { tags: 'a' }, 'OPTION_INVALID', /array/],
  ['no attempts', 1, { maxRetries: 0 }, 'OPTION_INVALID', /`maxRetries` must be a whole number from 1 to 1,000, got 0/],
  ['half an attempt', 1, { maxRetries: 1.5 }, 'OPTION_INVALID', /whole number/],
  ['a negative retry delay', 1, { retryDelay: -1 }, 'OPTION_INVALID', /`retryDelay`/],
  ['a timeout of 0', 1, { timeoutMs: 0 }, 'OPTION_INVALID', /`timeoutMs`/],
  ['a dedupe key with a space', 1, { dedupe: { key: 'a b' } }, 'OPTION_INVALID', /`dedupe\.key` must be 1 to 128 printable ASCII/],
  ['no dedupe key', 1, { dedupe: {} }, 'OPTION_INVALID', /`dedupe\.key`.*got undefined/],
  ['another lifetime', 1, { dedupe: { key: 'k', until: 'completed' } }, 'OPTION_INVALID', /'finished' or 'started', got "completed"/],
  ['two lifetimes', 1, { dedupe: { key: 'k', until: 'started', windowMs: 5 } }, 'OPTION_INVALID', /not both/],
  ['a window of 0', 1, { dedupe: { key: 'k', windowMs: 0 } }, 'OPTION_INVALID', /`dedupe\.windowMs` must be a number from 1 to/],
  ['a misspelt part of dedupe', 1, { dedupe: { key: 'k', replce: true } }, 'OPTION_INVALID', /did you mean `replace`/],
  ['an id and a dedupe key', 1, { id: 'a', dedupe: { key: 'k' } }, 'OPTION_INVALID', /give `id` or `dedupe`, not both/],
  ['a misspelt option', 1, { delay: 5 }, 'OPTION_INVALID', /no option `delay`; did you mean `delayMs`\?/],
  ['an unknown option', 1, { colour: 'red' }, 'OPTION_INVALID', /no option `colour`/],
  ['options that are no object', 1, 'high', 'OPTION_INVALID', /expected an object, got "high"/],
]

describe('enqueue', () => {
  let place: EnginePlace
  let flaky: FlakyStore
  let queue: Queue

  beforeAll(async () => {
    place = await embeddedPlace()
    flaky = new FlakyStore(new ModelStore('mail'))
    queue = new Queue('mail', { connection: place.connection, store: flaky.store })
  })
  afterAll(() => place.close())

  it.each(refused)('refuses %s and sends nothing', async (_what, payload, options, code, names) => {
    const error: unknown = await queue.enqueue(payload, options as never).then(
      () => undefined,
      (reason: unknown) => reason,
    )
    expect(error).toMatchObject({ code })
    expect((error as Error).message).toMatch(names)
    expect(flaky.calls.get('enqueue')).toBeUndefined()
  })

  it('takes the largest payload that is allowed, and the deepest', async () => {
    const store = new ModelStore('mail')
    const own = new Queue('mail', { connection: place.connection, store })
    expect(await own.enqueue('x'.repeat(262_142))).toMatchObject({ status: 'added' })
    expect(await own.enqueue(nested(1_000))).toMatchObject({ status: 'added' })
    expect(await own.enqueue(null, { scheduledFor: -5 })).toMatchObject({ status: 'added' })
    expect((await own.stats()).counts.ready).toBe(3)
  })

  it('many are refused as a whole, naming the item, when one of them is bad', async () => {
    const many = [...Array.from({ length: 300 }, (_, index) => ({ payload: index })), { payload: 1, priority: 'hihg' as never }]
    await expect(queue.enqueueMany(many)).rejects.toThrow(/^items\[300\]: enqueue: `priority`.*did you mean 'high'/)
    await expect(queue.enqueueMany([{ payload: 1, retries: 5 } as never])).rejects.toThrow(/items\[0\].*no option `retries`/)
    await expect(queue.enqueueMany([undefined as never])).rejects.toThrow(/items\[0\]/)
    await expect(queue.enqueueMany('abc' as never)).rejects.toThrow(/expected an array/)
    expect(flaky.calls.get('enqueue')).toBeUndefined()
  })

  it.each(['', '-mail', 'a b', 'x'.repeat(65), 'mäil', 'a:b', '{a}', undefined, 5])('a queue cannot be named %j', (name) => {
    expect(() => new Queue(name as never, { connection: place.connection })).toThrow(/1 to 64 characters/)
  })

  it.each([
    [{ maxRetries: 0 }, /`maxRetries`/],
    [{ retryDelay: 90_000 }, /`retryDelay` must be a number from 0 to 86,400/],
    [{ maxLength: -1 }, /`maxLength`/],
    [{ shares: 'fair' }, /'strict' or a number for each/],
    [{ shares: { urgent: 1, high: 1, normal: 1 } }, /`shares.low`.*got undefined/],
    [{ shares: { urgent: 0, high: 1, normal: 1, low: 1 } }, /`shares.urgent`/],
    [{ retention: { completed: 5 } }, /no option `completed`; did you mean `completedCount`\?/],
    [{ targetAgeMs: { urgent: 0 } }, /`targetAgeMs.urgent`/],
    [{ maxRetry: 1 }, /did you mean `maxRetries`\?/],
    [{ connection: undefined }, /`connection` must be what connect\(\) answered/],
  ])('a queue with the setting %j is refused', (setting, names) => {
    const options = { connection: place.connection, store: new ModelStore('mail'), ...setting }
    expect(() => new Queue('mail', options as never)).toThrow(names)
  })
})
