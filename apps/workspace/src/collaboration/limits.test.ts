import { once } from 'node:events'
import { decodeServerMessage, encodeClientMessage, encodePresence, textOf } from '@millrace/collaboration'
import type { ClientMessage, ServerMessage } from '@millrace/collaboration'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { WebSocket } from 'ws'
import * as Y from 'yjs'
import { eventually, isLive, isSaved, startBed, until, written } from './bed.test.setup.ts'
import type { Bed } from './bed.test.setup.ts'

let bed: Bed
beforeAll(async () => {
  bed = await startBed()
})
afterAll(() => bed.close())

const make = async (text: string) => (await (await bed.api('ada')).createDocument({ body: { title: 'Plan', text } })).id

/** A client of no good will, which says what a test says. */
async function stranger(id: string, role: 'viewer' | 'operator' = 'operator') {
  const socket = bed.socket(await bed.tokenOf('eve', role), id).on('error', () => undefined)
  const heard: ServerMessage[] = []
  socket.on('message', (bytes: Buffer) => {
    const message = decodeServerMessage(new Uint8Array(bytes))
    if (message.kind === 'malformed') throw new Error(message.sentence)
    heard.push(message)
  })
  const closed = once(socket, 'close').then(([code]) => code as number)
  await eventually(() => expect(heard.length).toBeGreaterThan(0))
  return {
    heard,
    closed,
    socket,
    say: (...messages: ClientMessage[]) => messages.forEach((message) => socket.send(encodeClientMessage(message))),
    raw: (bytes: Uint8Array) => socket.send(bytes),
    refusal: () => heard.find((message) => message.kind === 'refused')?.refusal,
  }
}

/** Edits of a document that nobody else has. */
function editsOf(...texts: string[]): Uint8Array[] {
  const doc = new Y.Doc()
  const updates: Uint8Array[] = []
  doc.on('update', (update: Uint8Array) => updates.push(update))
  for (const text of texts) textOf(doc).insert(0, text)
  return updates
}

const state = (number: number, update = Y.encodeStateAsUpdate(new Y.Doc())): ClientMessage => ({ kind: 'state', number, update })

describe('what a room refuses, with a sentence, while others go on', () => {
  const update = editsOf('x')[0] as Uint8Array
  const gapped: ClientMessage[] = [state(0), { kind: 'edit', after: 7, number: 8, update }]
  const presence = (clientId: number) => encodePresence({ clientId, clock: 1, state: { user: { name: 'ada' } } })
  test.each<[string, string, (eve: Awaited<ReturnType<typeof stranger>>) => void]>([
    ['bytes that are no message', 'MESSAGE_MALFORMED', (eve) => eve.raw(new Uint8Array([99, 1, 2]))],
    ['nothing at all', 'MESSAGE_MALFORMED', (eve) => eve.raw(new Uint8Array())],
    ['garbage behind a good header', 'MESSAGE_MALFORMED', (eve) => eve.raw(new Uint8Array([17, 1, 200, 1, 9, 9]))],
    ['an update that is none', 'MESSAGE_MALFORMED', (eve) => eve.say(state(1, new Uint8Array([1, 1, 255, 255, 3])))],
    ['an update that breaks off', 'MESSAGE_MALFORMED', (eve) => eve.say(state(1, update.subarray(0, update.length - 2)))],
    ['a state vector that is none', 'MESSAGE_MALFORMED', (eve) => eve.say({ kind: 'ask', stateVector: new Uint8Array([200]) })],
    ['an edit before its state', 'EDIT_MISSING', (eve) => eve.say({ kind: 'edit', after: 0, number: 1, update })],
    ['an edit behind one that is missing', 'EDIT_MISSING', (eve) => eve.say(...gapped)],
    [
      'a presence that is none',
      'MESSAGE_MALFORMED',
      (eve) => eve.say({ kind: 'presence', update: new Uint8Array([1, 5, 1, 2, 255, 255]) }),
    ],
    [
      'the presence of somebody else',
      'MESSAGE_MALFORMED',
      (eve) => eve.say(...[5, 6].map((id) => ({ kind: 'presence' as const, update: presence(id) }))),
    ],
  ])('%s: %s', async (_what, code, act) => {
    const id = await make('text')
    const ada = await bed.join(id, 'ada')
    const eve = await stranger(id)
    await until(ada, isLive)
    act(eve)
    await eventually(() =>
      expect(eve.refusal()).toMatchObject({ code, sentence: expect.stringMatching(/^[A-Z].{20,}[.]$/), retry: 'later' }),
    )
    expect(await eve.closed).toBe(4403)
    textOf(ada.doc).insert(4, ' goes on')
    await until(ada, isSaved)
    expect(written(ada)).toBe('text goes on')
    expect(await bed.workspace.texts.newest(id)).toBe('text goes on')
    ada.close()
  })

  test('an edit of a viewer', async () => {
    const id = await make('text')
    const vera = await stranger(id, 'viewer')
    expect(vera.heard[0]).toMatchObject({ kind: 'hello', hello: { mayWrite: false } })
    vera.say(state(1, editsOf('mine')[0]))
    await eventually(() =>
      expect(vera.refusal()).toMatchObject({ code: 'ROLE_TOO_LOW', retry: 'never', sentence: expect.stringContaining('operator') }),
    )
    expect(await bed.workspace.texts.newest(id)).toBe('text')
  })

  test('more messages than one client may send: it is told so, what was taken stays, and it may come again', async () => {
    const id = await make('text')
    const [ada, eve] = [await bed.join(id, 'ada'), await stranger(id)]
    await until(ada, isLive)
    const updates = editsOf(...Array.from({ length: 3_000 }, () => 'e'))
    eve.say(state(0), ...updates.map((edit, index) => ({ kind: 'edit' as const, after: index, number: index + 1, update: edit })))
    await eventually(() =>
      expect(eve.refusal()).toMatchObject({ code: 'UPDATES_TOO_MANY', retry: 'later', sentence: expect.stringContaining('100 messages') }),
    )
    expect(await eve.closed).toBe(4403)
    textOf(ada.doc).insert(0, 'Ada ')
    await until(ada, isSaved)
    const taken = written(ada).length - 'Ada text'.length
    expect(taken).toBeGreaterThan(250)
    expect(taken).toBeLessThan(2_500)
  })
})

describe('how large a document may become', () => {
  const megabyte = 1024 * 1024

  test('a text beyond 1 MiB is refused and changes nothing, and its writer goes on once it is shorter', async () => {
    const id = await make('text')
    const [ada, bob] = [await bed.join(id, 'ada'), await bed.join(id, 'bob')]
    await Promise.all([until(ada, isLive), until(bob, isLive)])
    textOf(bob.doc).insert(0, 'é'.repeat(megabyte / 2))
    await until(bob, ({ status }) => status.state === 'refused')
    expect(bob.status.refusal).toMatchObject({
      code: 'TEXT_TOO_LARGE',
      retry: 'after-edit',
      sentence: expect.stringContaining('at most 1 MiB'),
    })
    textOf(ada.doc).insert(4, '!')
    await until(ada, isSaved)
    expect(written(ada)).toBe('text!')
    textOf(bob.doc).delete(0, megabyte / 2 - 3)
    await until(bob, isSaved)
    await until(ada, (client) => written(client) === 'ééétext!')
  })

  test('a long text may be replaced by another one as long', async () => {
    const id = await make('a'.repeat(0.9 * megabyte))
    const ada = await bed.join(id, 'ada')
    await until(ada, isLive)
    ada.doc.transact(() => {
      textOf(ada.doc).delete(0, textOf(ada.doc).length)
      textOf(ada.doc).insert(0, 'b'.repeat(0.9 * megabyte))
    })
    await until(ada, isSaved)
    expect(await bed.workspace.texts.newest(id)).toBe('b'.repeat(0.9 * megabyte))
  })

  test('fifty megabytes are not even sent by a client, and end the socket of who sends them', async () => {
    const id = await make('text')
    const [ada, eve] = [await bed.join(id, 'ada'), await stranger(id)]
    await until(ada, isLive)
    textOf(ada.doc).insert(0, 'x'.repeat(50 * megabyte))
    await until(ada, ({ status }) => status.state === 'refused')
    expect(ada.status.refusal).toMatchObject({ code: 'UPDATE_TOO_LARGE', sentence: expect.stringContaining('Undo it') })
    eve.raw(new Uint8Array(50 * megabyte))
    expect(await eve.closed).toBe(1009)
    expect(await bed.workspace.texts.newest(id)).toBe('text')
  })
})

test('of a thousand sockets on one document 250 are let in, the others are told why, and an edit reaches all who are in', async () => {
  const id = await make('text')
  const token = await bed.tokenOf('eve', 'viewer')
  const sockets: WebSocket[] = []
  const first = new Map<WebSocket, string>()
  const told = new Set<WebSocket>()
  const ada = await bed.join(id, 'ada')
  await until(ada, isLive)
  for (let opened = 0; opened < 1_000; opened += 100) {
    const some = Array.from({ length: 100 }, () => bed.socket(token, id).on('error', () => undefined))
    for (const socket of some) {
      socket.on('message', (bytes: Buffer) => {
        const message = decodeServerMessage(new Uint8Array(bytes))
        if (!first.has(socket)) first.set(socket, message.kind === 'refused' ? message.refusal.code : message.kind)
        if (message.kind === 'update') told.add(socket)
      })
    }
    sockets.push(...some)
    await eventually(() => expect(first.size).toBe(sockets.length))
  }
  const counts = [...first.values()].reduce<Record<string, number>>((sum, word) => ({ ...sum, [word]: (sum[word] ?? 0) + 1 }), {})
  expect(counts).toEqual({ hello: 249, ROOM_FULL: 751 })
  textOf(ada.doc).insert(0, 'still ')
  await until(ada, isSaved)
  await eventually(() => expect(told.size).toBe(249))
  for (const socket of sockets) socket.terminate()
  const late = await bed.join(id, 'bob')
  await until(late, isLive)
})

test('a document of which an entry of the log is spoilt opens without it, and keeps the entry', async () => {
  const id = await make('text')
  const keyValue = bed.connection.keyValue('workspace-rooms')
  const ada = await bed.join(id, 'ada')
  await until(ada, isLive)
  textOf(ada.doc).insert(4, ' and more')
  await until(ada, isSaved)
  const life = await bed.workspace.updates.read(id)
  await keyValue.setField(`log:${id}:${life?.origin}`, '999', JSON.stringify([Buffer.from('no update').toString('base64'), ['eve']]))
  expect(await bed.workspace.texts.newest(id)).toBe('text and more')
  await bed.workspace.snapshots.take(id)
  expect(await keyValue.getField(`log:${id}:${life?.origin}`, '999')).toBeDefined()
  expect(await bed.workspace.texts.newest(id)).toBe('text and more')
})
