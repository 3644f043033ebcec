import { connect as connectSocket } from 'node:net'
import { PassThrough } from 'node:stream'
import { createClient, routes } from '@millrace/contract'
import type { EventOf } from '@millrace/contract'
import { Value } from 'typebox/value'
import { afterEach, expect, it, onTestFinished, vi } from 'vitest'
import { signToken } from '../auth/sign-token.ts'
import { startHarness } from '../harness.test.setup.ts'
import type { StoreKind } from '../harness.test.setup.ts'
import { EventStream, eventFrame } from './event-stream.ts'
import { Seats } from './seats.ts'
import { EventStreams } from './event-streams.ts'
import { SummaryFeed } from './summary-feed.ts'

const ending: (() => unknown)[] = []
afterEach(async () => {
  for (const end of ending.splice(0).toReversed()) await end()
})

async function setup(kind: StoreKind = 'embedded') {
  const harness = await startHarness(kind, { queues: { mail: {} } })
  ending.push(() => harness.close())
  const address = await harness.listening()
  const clientOf = (token: string) => createClient({ baseUrl: address, token })
  return { harness, address, clientOf, client: clientOf(harness.tokens.viewer) }
}

const never = async () => false

type Streamed = EventOf<'streamSummary'>

it.each<StoreKind>(['embedded', 'redis'])('whoever watches gets the summary at once and again, on %s', async (kind) => {
  const { client } = await setup(kind)
  const seen: Streamed[] = []
  for await (const event of client.streamSummary({ query: { view: 'queues' } })) {
    seen.push(event)
    if (seen.length === 2) break
  }
  for (const { event, data } of seen) {
    expect(event).toBe('summary')
    expect(Value.Errors(routes.streamSummary.answer, data)).toEqual([])
    expect(data).toMatchObject({ view: 'queues', range: '1h' })
  }
  const [first, second] = seen.map(({ data }) => (data as { generatedAt: number }).generatedAt)
  expect((second as number) - (first as number)).toBeGreaterThanOrEqual(1_900)
})

it('many who watch the same cost one summary', async () => {
  const { harness, clientOf } = await setup()
  const asked = vi.spyOn(harness.monitor, 'getSummary')
  const watch = async (token: string) => {
    for await (const { data } of clientOf(token).streamSummary()) return data
  }
  const { viewer, operator, admin } = harness.tokens
  const told = await Promise.all([viewer, viewer, operator, operator, admin].map(watch))
  expect(new Set(told.map((data) => JSON.stringify(data))).size).toBe(1)
  expect(asked).toHaveBeenCalledTimes(1)
})

it('a user has at most five streams, and gets a seat back when one ends', async () => {
  const { client } = await setup()
  const open = Array.from({ length: 5 }, () => client.streamSummary())
  await Promise.all(open.map((stream) => stream.next()))
  await expect(client.streamSummary().next()).rejects.toMatchObject({
    status: 429,
    code: 'STREAMS_TOO_MANY',
    message: expect.stringContaining('5 streams'),
  })
  await open[0]?.return()
  await vi.waitFor(async () => {
    const again = client.streamSummary()
    expect((await again.next()).value?.event).toBe('summary')
    await again.return()
  })
  await Promise.all(open.map((stream) => stream.return()))
})

it('an address has at most twenty streams', () => {
  const seats = new Seats()
  const leave = Array.from({ length: 20 }, (_, n) => seats.take({ user: `user ${n % 4}`, address: 'a' }))
  expect(() => seats.take({ user: 'other', address: 'a' })).toThrow('This address has 20 streams open')
  expect(() => seats.take({ user: 'user 0', address: 'b' })).toThrow('This user has 5 streams open')
  leave[0]?.()
  leave[0]?.()
  seats.take({ user: 'user 0', address: 'a' })
  expect(() => seats.take({ user: 'user 0', address: 'a' })).toThrow('5 streams')
})

it('each row of the table has its own seats, as many as it says', () => {
  const streams = new EventStreams({ wasEnded: never })
  const viewer = {
    address: 'a',
    identity: { subject: 'vera', name: null, role: 'viewer', expiresAtMs: Date.now() + 60_000, sessionId: null },
  } as const
  const { user } = routes.watchWorkspace.seats
  const open = Array.from({ length: user }, () => streams.open(routes.watchWorkspace, viewer))
  expect(() => streams.open(routes.watchWorkspace, viewer)).toThrow(`This user has ${user} streams open`)
  open.push(streams.open(routes.streamSummary, viewer))
  for (const stream of open) stream.destroy()
})

it('a stream ends in order when its token does, and when the server closes', async () => {
  const { harness, clientOf, client } = await setup()
  const short = await signToken(harness.server.auth, { subject: 'vera', role: 'viewer', ttlSeconds: 2 })
  let events = 0
  for await (const _ of clientOf(short).streamSummary()) events++
  expect(events).toBeGreaterThan(0)

  const watching = client.streamSummary()
  await watching.next()
  const closed = harness.server.close()
  for await (const _ of watching) events++
  await closed
})

it('a stream ends when its session was ended in whichever process, and not because the store does not say', async () => {
  let answer = () => Promise.reject<boolean>(new Error('the store does not say'))
  const asked = vi.fn<() => Promise<boolean>>(() => answer())
  const streams = new EventStreams({ wasEnded: asked }, 10)
  const identity = { subject: 'vera', name: null, role: 'viewer', expiresAtMs: Date.now() + 60_000, sessionId: 'one' } as const
  const stream = streams.open(routes.streamSummary, { address: 'a', identity })
  let text = ''
  stream.on('data', (chunk: string) => (text += chunk))
  await vi.waitFor(() => expect(asked.mock.calls.length).toBeGreaterThan(3))
  expect(stream.readableEnded).toBe(false)
  answer = async () => true
  await vi.waitFor(() => expect(stream.readableEnded).toBe(true))
  expect(text).toMatch(/: signed out\n\n$/)
  expect(asked).toHaveBeenCalledWith(identity)
})

it('a store that is away is told as a problem, and the stream goes on', async () => {
  const { harness, client } = await setup('redis')
  vi.spyOn(harness.monitor, 'getSummary').mockRejectedValueOnce(new Error('the store is away'))
  const events: string[] = []
  for await (const { event, data } of client.streamSummary()) {
    events.push(event)
    if (event === 'problem') expect(data).toMatchObject({ code: 'INTERNAL', status: 500 })
    if (events.length === 2) break
  }
  expect(events).toEqual(['problem', 'summary'])
})

it('the answer says that nothing between may keep or gather it, and is asked without a reader by HEAD', async () => {
  const { harness, address } = await setup()
  const headers = { authorization: `Bearer ${harness.tokens.viewer}` }
  const answer = await fetch(`${address}/api/performance/stream`, { headers })
  expect(Object.fromEntries(answer.headers)).toMatchObject({
    'content-type': 'text/event-stream',
    'cache-control': 'no-cache, no-transform',
    'x-accel-buffering': 'no',
  })
  await answer.body?.cancel()
})

it('who reads slower than events come gets the newest, and what waits is bounded', async () => {
  const stream = new EventStream({ endsAtMs: Date.now() + 60_000, isOver: never, onClose: () => undefined })
  const socket = new PassThrough({ highWaterMark: 1_024 })
  stream.pipe(socket)
  const frames = Array.from({ length: 1_000 }, (_, n) => eventFrame('summary', { n, filler: 'x'.repeat(20_000) }))
  for (const frame of frames) {
    stream.offer(frame)
    await new Promise((resolve) => setImmediate(resolve))
  }
  expect(stream.readableLength + socket.readableLength + socket.writableLength).toBeLessThan(100_000)
  expect(stream.dropped).toBeGreaterThan(950)
  let text = ''
  socket.on('data', (chunk: Buffer) => (text += chunk.toString()))
  await vi.waitFor(() => expect(text).toContain('"n":999,'))
  const numbers = [...text.matchAll(/"n":(\d+)/g)].map(([, n]) => Number(n))
  expect(numbers).toEqual(numbers.toSorted((one, other) => one - other))
  expect(
    text
      .split('\n\n')
      .slice(1, -1)
      .every((frame) => frame.endsWith('"}')),
  ).toBe(true)
  stream.destroy()
})

it('who reads slower than events come misses none of another kind', async () => {
  const stream = new EventStream({ endsAtMs: Date.now() + 60_000, isOver: never, onClose: () => undefined })
  for (let n = 0; n < 10; n++) {
    stream.offer(eventFrame('many', n), 'many')
    if (n === 3) stream.offer(eventFrame('one', n), 'one')
  }
  let text = ''
  stream.on('data', (chunk: string) => (text += chunk))
  await vi.waitFor(() => expect(text).toContain('event: one'))
  expect(text.match(/data: \d/g)).toEqual(['data: 9', 'data: 3'])
  stream.destroy()
})

it('a reader that takes nothing is let go, one that is only told nothing gets signs of life', async () => {
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval', 'setTimeout', 'clearTimeout', 'performance', 'Date'] })
  try {
    const closed = vi.fn<() => void>()
    const deaf = new EventStream({ endsAtMs: Date.now() + 3_600_000, isOver: never, onClose: closed })
    for (let n = 0; n < 3; n++) {
      deaf.offer(eventFrame('summary', 'x'.repeat(100_000)))
      await vi.advanceTimersByTimeAsync(10)
    }
    await vi.advanceTimersByTimeAsync(60_000)
    expect(deaf.destroyed).toBe(true)
    expect(closed).toHaveBeenCalledTimes(1)

    const idle = new EventStream({ endsAtMs: Date.now() + 3_600_000, isOver: never, onClose: closed })
    let text = ''
    idle.on('data', (chunk: string) => (text += chunk))
    await vi.advanceTimersByTimeAsync(46_000)
    expect(text).toBe(': millrace\n\n:\n\n:\n\n:\n\n')
    idle.destroy()
  } finally {
    vi.useRealTimers()
  }
})

it('a reader that is gone is forgotten', async () => {
  const { harness, address } = await setup()
  const asked = vi.spyOn(harness.monitor, 'getSummary')
  const left = vi.spyOn(SummaryFeed.prototype, 'leave')
  onTestFinished(() => left.mockRestore())
  const socket = connectSocket(Number(new URL(address).port), '127.0.0.1', () =>
    socket.write(`GET /api/performance/stream HTTP/1.1\r\nhost: x\r\nauthorization: Bearer ${harness.tokens.viewer}\r\n\r\n`),
  )
  await new Promise((resolve) => socket.once('data', resolve))
  await vi.waitFor(() => expect(asked).toHaveBeenCalledTimes(1))
  socket.destroy()
  await vi.waitFor(() => expect(left).toHaveBeenCalledTimes(1))
  expect((left.mock.contexts[0] as SummaryFeed).isWatched).toBe(false)
})

it('a feed makes nothing for nobody, and begins again for the next', async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
  onTestFinished(() => void vi.useRealTimers())
  let made = 0
  const feed = new SummaryFeed(
    async () => `frame ${++made}`,
    () => 5,
  )
  const seen: string[] = []
  const watcher = { offer: (frame: string) => void seen.push(frame) }
  feed.watch(watcher)
  await vi.advanceTimersByTimeAsync(20)
  expect(seen).toEqual(['frame 1', 'frame 2', 'frame 3', 'frame 4', 'frame 5'])
  feed.leave(watcher)
  await vi.advanceTimersByTimeAsync(60_000)
  expect(made).toBe(5)
  feed.watch(watcher)
  await vi.advanceTimersByTimeAsync(10)
  expect(made).toBeGreaterThan(6)
  feed.leave(watcher)
})
