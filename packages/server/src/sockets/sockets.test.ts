import { once } from 'node:events'
import { connect as connectSocket } from 'node:net'
import type { IncomingMessage } from 'node:http'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { WebSocket, WebSocketServer } from 'ws'
import { startHarness } from '../harness.test.setup.ts'
import type { Harness } from '../harness.test.setup.ts'
import { defineHandlers } from '../http/handler.ts'
import { signToken } from '../auth/sign-token.ts'
import { OpenSockets } from './open-sockets.ts'
import { Socket } from './socket.ts'

const path = '/api/workspace/documents/one/room'
const silent = { debug() {}, info() {}, warn() {}, error() {} }
const upgrade = `connection: upgrade\r\nupgrade: websocket\r\nsec-websocket-version: 13\r\nsec-websocket-key: ${Buffer.alloc(16).toString('base64')}`
const everybody = new Set<Socket>()

/** Says what it hears to everybody, and fails where it is told to. */
const handlers = defineHandlers({
  openRoom: async ({ params, signal }, socket) => {
    await Promise.resolve()
    everybody.add(socket)
    signal.addEventListener('abort', () => everybody.delete(socket))
    socket.onMessage((bytes) => {
      for (const other of everybody) other.send(bytes)
    })
    if (params.id === 'broken') throw new Error('broken')
  },
})

let harness: Harness
let address = ''
beforeAll(async () => {
  harness = await startHarness('embedded', { handlers })
  address = await harness.listening()
})
afterAll(() => harness.close())

const bearer = (token: string) => ({ authorization: `Bearer ${token}` })
function open(headers: Record<string, string>, at = path, server = address): WebSocket {
  // An error is followed by what a test waits for.
  return new WebSocket(server.replace('http', 'ws') + at, { headers }).on('error', () => undefined)
}
async function statusOf(socket: WebSocket): Promise<number | undefined> {
  const [, answer] = (await once(socket, 'unexpected-response')) as [unknown, IncomingMessage]
  socket.terminate()
  return answer.statusCode
}
async function closeOf(socket: WebSocket): Promise<[number, string]> {
  const [code, reason] = (await once(socket, 'close')) as [number, Buffer]
  return [code, reason.toString()]
}

describe('opening', () => {
  it('needs a token, as every request does', async () => {
    expect(await statusOf(open({}))).toBe(401)
    expect(await statusOf(open(bearer('a.b.c')))).toBe(401)
    await once(open(bearer(harness.tokens.viewer)), 'open')
  })

  it('leaves nothing open of what was refused', async () => {
    const refused = connectSocket(Number(new URL(address).port))
    refused.resume()
    refused.write(`GET ${path} HTTP/1.1\r\nhost: 127.0.0.1\r\n${upgrade}\r\n\r\n`)
    await once(refused, 'close')
  })

  it('with the cookie of a browser is possible from pages of this server alone; a bearer token is its own proof', async () => {
    const cookie = await harness.signIn(harness.tokens.operator)
    for (const origin of ['https://evil.example', 'null', address.replace('127.0.0.1', 'localhost'), `${address}0`])
      expect(await statusOf(open({ cookie, origin })), origin).toBe(403)
    expect(await statusOf(open({ cookie }))).toBe(403)
    expect(await statusOf(open({ cookie, origin: address, 'sec-fetch-site': 'cross-site' }))).toBe(403)
    expect(await statusOf(open({ cookie, origin: address, host: 'evil.example' }))).toBe(421)
    await once(open({ cookie, origin: address }), 'open')
    await once(open({ ...bearer(harness.tokens.operator), origin: 'https://evil.example' }), 'open')
  })

  it('checks what the path names, and ends what a handler could not serve with 1011', async () => {
    expect(await statusOf(open(bearer(harness.tokens.viewer), path.replace('one', 'no%20id')))).toBe(400)
    expect(await closeOf(open(bearer(harness.tokens.viewer), path.replace('one', 'broken')))).toEqual([1011, 'the server failed'])
  })

  it('counts once in the limit of its row, whatever is said on it', async () => {
    const limited = await startHarness('embedded', { handlers, limits: { workspace: 2 } })
    const at = await limited.listening()
    const headers = bearer(limited.tokens.viewer)
    for (let opened = 0; opened < 2; opened += 1) {
      const socket = open(headers, path, at)
      await once(socket, 'open')
      for (let message = 0; message < 5; message += 1) socket.send(Buffer.from('x'))
      await once(socket, 'message')
      socket.close()
    }
    expect(await statusOf(open(headers, path, at))).toBe(429)
    await limited.close()
  })

  it('of any other path is no way in', async () => {
    const socket = open(bearer(harness.tokens.viewer), '/api/performance/queues')
    await once(socket, 'close')
    expect(await statusOf(open(bearer(harness.tokens.viewer), '/api/none'))).toBe(404)
  })
})

describe('an open socket', () => {
  it('carries binary messages from the first on, and ends at a text', async () => {
    const socket = open(bearer(harness.tokens.viewer))
    await once(socket, 'open')
    socket.send(Buffer.from('first'))
    expect(String((await once(socket, 'message'))[0])).toBe('first')
    socket.send('a text')
    expect(await closeOf(socket)).toEqual([1008, 'binary messages only'])
  })

  it('ends with 1009 at a message that is too long', async () => {
    const socket = open(bearer(harness.tokens.viewer))
    await once(socket, 'open')
    socket.send(Buffer.alloc(5 * 1024 * 1024))
    expect((await closeOf(socket))[0]).toBe(1009)
  })

  it('ends with the token that opened it', async () => {
    const { auth } = harness.server
    if (auth.kind !== 'secret') throw new Error('the harness signs its own tokens')
    const socket = open(bearer(await signToken(auth, { subject: 'vera', role: 'viewer', ttlSeconds: 1 })))
    expect(await closeOf(socket)).toEqual([4401, 'the token ended'])
  })

  it('ends within seconds when its session was signed out, and others stay', async () => {
    const [one, other] = [await harness.signIn(harness.tokens.viewer), await harness.signIn(harness.tokens.viewer)]
    const [ended, stays] = [open({ cookie: one, origin: address }), open({ cookie: other, origin: address })]
    await Promise.all([once(ended, 'open'), once(stays, 'open')])
    await harness.ask('DELETE', '/api/session', { headers: { cookie: one, 'sec-fetch-site': 'same-origin' } })
    expect(await closeOf(ended)).toEqual([4401, 'signed out'])
    expect(stays.readyState).toBe(WebSocket.OPEN)
    stays.terminate()
  })

  it('that does not read is cut, and others go on', async () => {
    const [reader, writer] = [open(bearer(harness.tokens.viewer)), open(bearer(harness.tokens.viewer))]
    await Promise.all([once(reader, 'open'), once(writer, 'open')])
    await vi.waitFor(() => expect(everybody.size).toBeGreaterThanOrEqual(2))
    const cut = new Promise((resolve) => reader.once('close', resolve))
    reader.pause()
    let heard = 0
    writer.on('message', () => (heard += 1))
    const block = Buffer.alloc(1024 * 1024)
    for (let sent = 1; sent <= 40; sent += 1) {
      writer.send(block)
      await vi.waitFor(() => expect(heard).toBe(sent), { interval: 2, timeout: 5_000 })
    }
    reader.resume()
    await cut
    expect(writer.readyState).toBe(WebSocket.OPEN)
    writer.terminate()
  })

  it('is told to come again when the server ends', async () => {
    const ending = await startHarness('embedded', { handlers })
    const socket = open(bearer(ending.tokens.viewer), path, await ending.listening())
    await once(socket, 'open')
    // One that never answers a close does not hold the server up.
    const deaf = connectSocket(Number(new URL(await ending.listening()).port))
    deaf.write(`GET ${path} HTTP/1.1\r\nhost: 127.0.0.1\r\nauthorization: Bearer ${ending.tokens.viewer}\r\n${upgrade}\r\n\r\n`)
    await once(deaf, 'data')
    const closed = closeOf(socket)
    const beganMs = performance.now()
    await ending.close()
    expect(await closed).toEqual([1012, 'this server is shutting down'])
    expect(performance.now() - beganMs).toBeLessThan(8_000)
    deaf.destroy()
  })
})

it('a socket whose other side is gone is found after two signs of life at the latest', async () => {
  const server = new WebSocketServer({ port: 0, host: '127.0.0.1' })
  await once(server, 'listening')
  const at = `ws://127.0.0.1:${(server.address() as { port: number }).port}`
  const sockets = new OpenSockets({ wasEnded: async () => false }, silent, { beatMs: 50, askSessionsMs: 50 })
  const identity = { subject: null, name: null, role: 'viewer', expiresAtMs: Date.now() + 60_000, sessionId: null } as const
  const ended: string[] = []
  server.on('connection', (raw, request) => {
    const socket = new Socket(raw, { endsAtMs: identity.expiresAtMs })
    sockets.watch(socket, identity)
    socket.onMessage(() => undefined)
    socket.onClose(() => ended.push(String(request.url)))
  })
  const alive = new WebSocket(`${at}/alive`)
  const gone = new WebSocket(`${at}/gone`, { autoPong: false })
  await Promise.all([once(alive, 'open'), once(gone, 'open')])
  await vi.waitFor(() => expect(ended).toEqual(['/gone']))
  await Promise.all([once(alive, 'ping'), once(alive, 'ping')])
  expect(alive.readyState).toBe(WebSocket.OPEN)
  await sockets.close()
  server.close()
})
