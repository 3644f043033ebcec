import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { afterEach, expect, test, vi } from 'vitest'
import { WebSocket, WebSocketServer } from 'ws'
import * as Y from 'yjs'
import { setOrigin, textOf } from './document-text.ts'
import { decodeClientMessage, encodeServerMessage, protocolVersion } from './protocol.ts'
import type { ClientMessage, Retry, ServerMessage } from './protocol.ts'
import { RoomClient } from './room-client.ts'
import type { RoomClientOptions } from './room-client.ts'

const clients: RoomClient[] = []
const servers: WebSocketServer[] = []
afterEach(() => {
  for (const client of clients.splice(0)) {
    client.close()
    client.awareness.destroy()
  }
  for (const server of servers.splice(0)) {
    for (const socket of server.clients) socket.terminate()
    server.close()
  }
})

/** A page of a browser opens its socket like this: the type of `connect` takes it. */
void ((address: string): RoomClientOptions => ({ doc: new Y.Doc(), connect: () => new globalThis.WebSocket(address) }))

interface Seat {
  readonly heard: ClientMessage[]
  say(...messages: ServerMessage[]): void
  raw(bytes: Uint8Array): void
  close(code?: number): void
}
type Script = (seat: Seat, message: ClientMessage, opened: number) => void

const hello: ServerMessage = {
  kind: 'hello',
  hello: { version: protocolVersion, mayWrite: true, name: 'ada', origin: 'first', maxTextBytes: 1_000, maxUpdateBytes: 1_000 },
}
const nothing = Y.encodeStateVector(new Y.Doc())
const emptyState: ServerMessage = { kind: 'state', update: Y.encodeStateAsUpdate(new Y.Doc()) }

/** Greets, asks, and answers that there is nothing yet. */
const welcome: Script = (seat, { kind }) => kind === 'ask' && seat.say(hello, { kind: 'ask', stateVector: nothing }, emptyState)

/** A room that plays a script; the real one is tried in the workspace. */
async function room(script: Script, options: Partial<RoomClientOptions> = {}) {
  const server = new WebSocketServer({ port: 0, host: '127.0.0.1' })
  servers.push(server)
  await once(server, 'listening')
  const seats: Seat[] = []
  server.on('connection', (socket) => {
    const seat: Seat = {
      heard: [],
      say: (...messages) => messages.forEach((message) => socket.send(encodeServerMessage(message))),
      raw: (bytes) => socket.send(bytes),
      close: (code) => socket.close(code),
    }
    const opened = seats.push(seat)
    socket.on('message', (bytes: Buffer) => {
      const message = decodeClientMessage(bytes)
      if (message.kind === 'malformed') throw new Error(message.sentence)
      seat.heard.push(message)
      script(seat, message, opened)
    })
  })
  const address = `ws://127.0.0.1:${(server.address() as AddressInfo).port}`
  const client = new RoomClient({
    doc: new Y.Doc(),
    connect: () => new WebSocket(address),
    backoff: { firstMs: 5, longestMs: 20 },
    gatherMs: 5,
    ...options,
  })
  clients.push(client)
  return { client, seats }
}

const heardEdits = (seats: readonly Seat[]) => seats.flatMap(({ heard }) => heard.filter(({ kind }) => kind === 'edit'))

test('an edit is unsaved until the room says that it is durable, and edits of one moment go as one message', async () => {
  const { client, seats } = await room(welcome)
  await vi.waitFor(() => expect(client.status).toMatchObject({ state: 'live', unsaved: 0, mayWrite: true, name: 'ada' }))
  for (const letter of 'abc') textOf(client.doc).insert(0, letter)
  expect(client.status.unsaved).toBe(3)
  await vi.waitFor(() => expect(heardEdits(seats)).toMatchObject([{ after: 0, number: 3 }]))
  expect(client.status.unsaved).toBe(3)
  seats[0]?.say({ kind: 'saved', number: 2 })
  await vi.waitFor(() => expect(client.status.unsaved).toBe(1))
  seats[0]?.say({ kind: 'saved', number: 3 }, { kind: 'saved', number: 99 })
  await vi.waitFor(() => expect(client.status.unsaved).toBe(0))
})

test('what was written before the room was reached, or while it was away, is told when it is back', async () => {
  const doc = new Y.Doc()
  textOf(doc).insert(0, 'offline ')
  const { client, seats } = await room(welcome, { doc, backoff: { firstMs: 400, longestMs: 400 } })
  await vi.waitFor(() => expect(client.status).toMatchObject({ state: 'live', unsaved: 1 }))
  seats[0]?.close()
  await vi.waitFor(() => expect(client.status.state).toBe('offline'))
  textOf(doc).insert(0, 'still ')
  expect(client.status.unsaved).toBe(2)
  await vi.waitFor(() => expect(seats).toHaveLength(2))
  await vi.waitFor(() => expect(seats[1]?.heard.map(({ kind }) => kind)).toEqual(expect.arrayContaining(['ask', 'state'])))
  const told = seats[1]?.heard.find((message) => message.kind === 'state')
  expect(told?.number).toBe(2)
  const copy = new Y.Doc()
  Y.applyUpdate(copy, told?.update as Uint8Array)
  expect(textOf(copy).toString()).toBe('still offline ')
})

test.each<[Retry, string]>([
  ['never', 'refused'],
  ['after-edit', 'refused'],
  ['later', 'live'],
])('after a refusal to be tried again %s, and without an edit, it is %s', async (retry, state) => {
  const refusal = { code: 'A_WORD', sentence: 'Not now.', retry }
  const { client, seats } = await room((seat, message, opened) =>
    opened === 1 ? seat.say(hello, { kind: 'refused', refusal }) : welcome(seat, message, opened),
  )
  await vi.waitFor(() => expect(client.status.refusal ?? seats[1]).toBeDefined())
  await vi.waitFor(() => expect(client.status.state).toBe(state))
  expect(client.status.refusal).toEqual(state === 'live' ? null : refusal)
  expect(seats).toHaveLength(state === 'live' ? 2 : 1)
  textOf(client.doc).insert(0, 'x')
  if (retry === 'after-edit') await vi.waitFor(() => expect(client.status).toMatchObject({ state: 'live', refusal: null }))
  else expect(client.status.state).toBe(state)
})

test('a room of another version is refused, and tells the reader to load the page again', async () => {
  const other: ServerMessage = { ...hello, hello: { ...hello.hello, version: protocolVersion + 1 } }
  const { client } = await room((seat) => seat.say(other))
  await vi.waitFor(() => expect(client.status.refusal).toMatchObject({ code: 'VERSION_UNKNOWN', retry: 'never' }))
})

test('what a browser kept of a document that was deleted and made anew is not merged into the new one', async () => {
  const kept = new Y.Doc()
  setOrigin(kept, 'another')
  textOf(kept).insert(0, 'old text')
  const { client, seats } = await room(welcome, { doc: kept })
  await vi.waitFor(() => expect(client.status).toMatchObject({ state: 'refused', refusal: { code: 'DOCUMENT_REPLACED', retry: 'never' } }))
  expect(seats[0]?.heard.map(({ kind }) => kind)).toEqual(['ask'])
})

test('a change that is larger than the room takes at once is never sent, and goes when it was undone', async () => {
  const { client, seats } = await room(welcome)
  await vi.waitFor(() => expect(client.status.state).toBe('live'))
  textOf(client.doc).insert(0, 'x'.repeat(2_000))
  await vi.waitFor(() => expect(client.status).toMatchObject({ state: 'refused', refusal: { code: 'UPDATE_TOO_LARGE' } }))
  expect(heardEdits(seats)).toEqual([])
  textOf(client.doc).delete(0, 1_990)
  await vi.waitFor(() => expect(client.status).toMatchObject({ state: 'live', unsaved: 2, refusal: null }))
})

test.each([
  ['bytes that are no message', (seat: Seat) => seat.raw(new Uint8Array([200, 1]))],
  ['an update that is none', (seat: Seat) => seat.say({ kind: 'update', update: new Uint8Array([1, 2, 3]) })],
  ['a presence that is none', (seat: Seat) => seat.say({ kind: 'presence', update: new Uint8Array([1, 2]) })],
])('%s make it connect anew, and nothing is lost', async (_what, spoil) => {
  const { client, seats } = await room((seat, message, opened) => {
    welcome(seat, message, opened)
    if (opened === 1 && message.kind === 'edit') spoil(seat)
  })
  await vi.waitFor(() => expect(client.status.state).toBe('live'))
  textOf(client.doc).insert(0, 'kept')
  await vi.waitFor(() => expect(seats).toHaveLength(2))
  await vi.waitFor(() => expect(client.status).toMatchObject({ state: 'live', unsaved: 1 }))
  expect(textOf(client.doc).toString()).toBe('kept')
})

test('where an update was lost on the way, it asks for what is missing', async () => {
  const writer = new Y.Doc()
  const updates: Uint8Array[] = []
  writer.on('update', (update: Uint8Array) => updates.push(update))
  textOf(writer).insert(0, 'one ')
  textOf(writer).insert(4, 'two')
  const { client, seats } = await room((seat, message, opened) => {
    const again = seat.heard.filter(({ kind }) => kind === 'ask').length > 1
    if (message.kind === 'ask' && again) seat.say({ kind: 'state', update: Y.encodeStateAsUpdate(writer) })
    else welcome(seat, message, opened)
  })
  await vi.waitFor(() => expect(client.status.state).toBe('live'))
  seats[0]?.say({ kind: 'update', update: updates[1] as Uint8Array })
  await vi.waitFor(() => expect(textOf(client.doc).toString()).toBe('one two'))
  expect(seats).toHaveLength(1)
})

test('a room that says nothing any more is asked, left and tried anew; one that answers is not', async () => {
  const deaf = await room((seat, message, opened) => message.kind !== 'ping' && welcome(seat, message, opened), { silenceMs: 60 })
  const alive = await room(
    (seat, message, opened) => (message.kind === 'ping' ? seat.say({ kind: 'pong' }) : welcome(seat, message, opened)),
    { silenceMs: 60 },
  )
  await vi.waitFor(() => expect(deaf.seats.length).toBeGreaterThan(1))
  expect(deaf.seats[0]?.heard.some(({ kind }) => kind === 'ping')).toBe(true)
  await vi.waitFor(() => expect(alive.seats[0]?.heard.filter(({ kind }) => kind === 'ping').length).toBeGreaterThan(3))
  expect(alive.seats).toHaveLength(1)
})

test('tries on while nothing answers, at once when asked, and never again once closed', async () => {
  const connect = vi.fn(() => {
    throw new Error('no network')
  })
  const client = new RoomClient({ doc: new Y.Doc(), connect, backoff: { firstMs: 5, longestMs: 5 } })
  clients.push(client)
  await vi.waitFor(() => expect(connect.mock.calls.length).toBeGreaterThan(3))
  expect(client.status.state).toBe('offline')
  client.close()
  const tries = connect.mock.calls.length
  client.reconnect()
  expect(connect.mock.calls.length).toBe(tries)
})
