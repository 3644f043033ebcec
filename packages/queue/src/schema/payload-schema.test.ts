import { type } from 'arktype'
import * as v from 'valibot'
import { afterAll, afterEach, beforeAll, describe, expect, expectTypeOf, it, vi } from 'vitest'
import { z } from 'zod'
import { embeddedPlace, Seen, Stage } from '../engine.test.stage.ts'
import type { EnginePlace } from '../engine.test.stage.ts'
import { Queue } from '../queue.ts'
import { FlakyStore } from '../testing/flaky-store.ts'
import { ModelStore } from '../testing/model-store.ts'
import { Worker } from '../worker.ts'
import type { StandardSchema } from './standard-schema.ts'

let place: EnginePlace
let stage: Stage
beforeAll(async () => {
  place = await embeddedPlace()
  stage = new Stage(place)
})
afterEach(() => stage.clear())
afterAll(() => place.close())

let names = 0
function queueOf<Payload, Input>(schema: StandardSchema<Input, Payload>, name = `schema-${(names += 1)}`): Queue<Payload, Input> {
  return new Queue(name, { connection: place.connection, schema })
}

const order = z.object({ to: z.string(), items: z.array(z.object({ price: z.number() })).default([]) })
const libraries: [library: string, schema: StandardSchema][] = [
  ['Zod', order],
  ['Valibot', v.object({ to: v.string(), items: v.optional(v.array(v.object({ price: v.number() })), []) }) as unknown as StandardSchema],
  [
    'ArkType',
    type({
      to: 'string',
      items: type({ price: 'number' })
        .array()
        .default(() => []),
    }) as unknown as StandardSchema,
  ],
]

describe.each(libraries)('a schema of %s', (_library, schema) => {
  it('refuses what does not fit before anything is sent, and names each path', async () => {
    const flaky = new FlakyStore(new ModelStore('mail'))
    const queue = new Queue('mail', { connection: place.connection, store: flaky.store, schema })
    const refused = { code: 'PAYLOAD_INVALID', message: expect.stringMatching(/`payload\.to`: .*`payload\.items\[1\]\.price`: /) }
    const wrong = { to: 7, items: [{ price: 1 }, { price: 'much' }] }
    await expect(queue.enqueue(wrong)).rejects.toMatchObject(refused)
    await expect(queue.enqueueMany([{ payload: { to: 'ada' } }, { payload: wrong }])).rejects.toMatchObject({
      ...refused,
      message: expect.stringContaining('items[1]: '),
      details: { index: 1, issues: [{ path: 'payload.to' }, { path: 'payload.items[1].price' }] },
    })
    expect(flaky.calls.size).toBe(0)
  })

  it('gives the handler its output, and stores the defaults it fills in', async () => {
    const queue = queueOf(schema)
    const { id } = await queue.enqueue({ to: 'ada' })
    expect((await queue.message(id))?.payload).toBe('{"to":"ada","items":[]}')
    const seen = new Seen<unknown>()
    stage.mind(new Worker(queue, ({ payload }) => seen.add(payload)))
    expect(await seen.reach(1)).toEqual([{ to: 'ada', items: [] }])
  })
})

describe('a schema that changes what it checks', () => {
  it('is applied once: what changes with every application is stored as given', async () => {
    const twice = z.object({ n: z.number().transform((n) => n * 2) })
    const queue = queueOf(twice)
    const { id } = await queue.enqueue({ n: 5 })
    expect((await queue.message(id))?.payload).toBe('{"n":5}')
    const seen = new Seen<number>()
    stage.mind(new Worker(queue, ({ payload }) => seen.add(payload.n)))
    expect(await seen.reach(1)).toEqual([10])
  })

  it('turns a text into a Date for the handler, whose type is that of the output', async () => {
    const queue = queueOf(z.object({ at: z.iso.datetime().transform((text) => new Date(text)), tag: z.string().trim() }))
    expectTypeOf(queue.enqueue).parameter(0).toEqualTypeOf<{ at: string; tag: string }>()
    await queue.enqueue({ at: '2026-11-25T12:00:00.000Z', tag: ' a ' })
    const seen = new Seen<unknown>()
    stage.mind(
      new Worker(queue, ({ payload }) => {
        expectTypeOf(payload).toEqualTypeOf<{ at: Date; tag: string }>()
        seen.add(payload)
      }),
    )
    expect(await seen.reach(1)).toEqual([{ at: new Date('2026-11-25T12:00:00.000Z'), tag: 'a' }])
  })

  it('is asked about the JSON that is stored: a Date where it wants a Date is refused at once, not at the handler’s end', async () => {
    await expect(queueOf(z.object({ at: z.date() })).enqueue({ at: new Date() })).rejects.toMatchObject({
      code: 'PAYLOAD_INVALID',
      message: expect.stringContaining('`payload.at`'),
    })
    const coerced = queueOf(z.object({ at: z.coerce.date() }))
    await expect(coerced.enqueue({ at: new Date() })).resolves.toMatchObject({ status: 'added' })
  })

  it('keeps to the limit of bytes after its defaults too', async () => {
    const schema = z.object({ text: z.string().default('x'.repeat(100)) })
    const queue = new Queue('small', { connection: place.connection, schema, maxPayloadBytes: 50 })
    await expect(queue.enqueue({})).rejects.toMatchObject({ code: 'PAYLOAD_TOO_LARGE' })
  })
})

describe('an asynchronous schema', () => {
  const known = z.object({ user: z.string().refine(async (user) => Promise.resolve(user.startsWith('u'))) })

  it('is awaited at both ends', async () => {
    const queue = queueOf(known)
    await expect(queue.enqueue({ user: 'x' })).rejects.toMatchObject({ code: 'PAYLOAD_INVALID' })
    await expect(queue.enqueueMany([{ payload: { user: 'u1' } }, { payload: { user: 'x' } }])).rejects.toMatchObject({
      code: 'PAYLOAD_INVALID',
      details: { index: 1 },
    })
    await queue.enqueueMany([{ payload: { user: 'u1' } }, { payload: { user: 'u2' } }])
    const seen = new Seen<string>()
    stage.mind(new Worker(queue, ({ payload }) => seen.add(payload.user)))
    expect(await seen.reach(2)).toEqual(['u1', 'u2'])
  })

  it('is awaited for a batch, of which the misfits are dead and the others run', async () => {
    const plain = new Queue<unknown>('batched', { connection: place.connection })
    await plain.enqueueMany([{ payload: { user: 'u1' } }, { payload: { user: 'x' } }, { payload: { user: 'u3' } }])
    const seen = new Seen<readonly string[]>()
    const queue = queueOf(known, 'batched')
    stage.mind(
      new Worker(queue, (messages) => seen.add(messages.map(({ payload }) => payload.user)), { batch: { size: 3 }, concurrency: 1 }),
    )
    expect(await seen.reach(1)).toEqual([['u1', 'u3']])
    await vi.waitFor(async () => expect((await queue.stats()).counts).toMatchObject({ completed: 2, dead: 1 }))
  })
})

describe('a message stored by an older producer', () => {
  it('that does not fit is dead at its first attempt, with the field in its reason', async () => {
    const older = new Queue<unknown>('mail-old', { connection: place.connection })
    const { id } = await older.enqueue({ address: 'ada' })
    const queue = queueOf(order, 'mail-old')
    const seen = new Seen<unknown>()
    stage.mind(new Worker(queue, ({ payload }) => seen.add(payload)))
    await vi.waitFor(async () => expect((await queue.message(id))?.state).toBe('dead'))
    const dead = await queue.message(id)
    expect(dead?.reason).toMatch(/^the stored payload does not fit the schema of the queue: `payload\.to`: /)
    expect(dead?.attempts).toHaveLength(1)
    expect(seen.items).toEqual([])

    await expect(queue.redrive({ ids: [id] }, { payload: { to: 1 as never } })).rejects.toMatchObject({ code: 'PAYLOAD_INVALID' })
    expect(await queue.redrive({ ids: [id] }, { payload: { to: 'ada' } })).toBe(1)
    expect(await seen.reach(1)).toEqual([{ to: 'ada', items: [] }])
  })

  it('is buried alone: the others of its batch keep the outcomes that the handler gave them', async () => {
    const older = new Queue<unknown>('batch-old', { connection: place.connection })
    await older.enqueueMany(['a', 1, 'b', 'c'].map((to) => ({ payload: { to } })))
    const queue = queueOf(order, 'batch-old')
    const events: string[] = []
    const worker = new Worker(queue, (messages) => messages.map(({ payload }) => (payload.to === 'b' ? new Error('no b') : undefined)), {
      batch: { size: 4 },
      concurrency: 1,
    })
    stage.mind(worker)
    worker.on('retrying', ({ message }) => events.push(`again ${message.payload.to}`))
    worker.on('completed', ({ message }) => events.push(`done ${message.payload.to}`))
    worker.on('dead', ({ reason }) => events.push(reason.slice(0, 18)))
    await vi.waitFor(() => expect(events.toSorted()).toEqual(['again b', 'done a', 'done c', 'the stored payload']))
  })
})

it('what the schema throws is a failed attempt and no verdict: it is tried again', async () => {
  let calls = 0
  const schema: StandardSchema<number> = {
    '~standard': {
      version: 1,
      vendor: 'test',
      validate: (value) => {
        calls += 1
        // The first call is the producer's.
        if (calls === 2) throw new Error('the list of users does not answer')
        return { value: value as number }
      },
    },
  }
  const queue = new Queue('flaky-schema', { connection: place.connection, schema, retryDelay: 0 })
  await queue.enqueue(1)
  const seen = new Seen<number>()
  stage.mind(new Worker(queue, ({ attempt }) => seen.add(attempt)))
  expect(await seen.reach(1)).toEqual([2])
})

it('what is no schema is refused when the queue is made', () => {
  for (const schema of [{}, 'text', { '~standard': { version: 2, validate: () => undefined } }, () => true]) {
    expect(() => new Queue('mail', { connection: place.connection, schema: schema as never })).toThrow(
      /`schema` must be a Standard Schema, such as one of Zod, Valibot or ArkType/,
    )
  }
})
