import { once } from 'node:events'
import { generateKeyPairSync } from 'node:crypto'
import type { KeyObject } from 'node:crypto'
import { createServer } from 'node:http'
import type { RequestListener, Server, ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { exportJWK, SignJWT } from 'jose'
import { afterAll, afterEach, beforeAll, expect, it, vi } from 'vitest'
import { problemOf, startHarness } from '../harness.test.setup.ts'
import type { Harness } from '../harness.test.setup.ts'

// The keys of an issuer on a real server of keys, and a Millrace server that verifies by them.

const first = generateKeyPairSync('rsa', { modulusLength: 2048 })
const second = generateKeyPairSync('ec', { namedCurve: 'P-256' })
const claims = { sub: 'ada', role: 'viewer', iss: 'https://issuer.example.org', aud: 'millrace' }

let keyServer: Server
let answer: RequestListener
let asked: number
let port: number
const open: Harness[] = []

beforeAll(async () => {
  keyServer = createServer((request, response) => {
    asked++
    answer(request, response)
  })
  await listen(0)
  port = (keyServer.address() as AddressInfo).port
})
afterEach(async () => {
  vi.useRealTimers()
  for (const harness of open.splice(0)) await harness.close()
  if (!keyServer.listening) await listen(port)
})
afterAll(() => stop())

const listen = (at: number) => new Promise<void>((resolve) => keyServer.listen(at, '127.0.0.1', resolve))
const stop = () =>
  new Promise<void>((resolve) => {
    keyServer.closeAllConnections()
    keyServer.close(() => resolve())
  })

const jwk = async (key: KeyObject, kid: string) => ({ ...(await exportJWK(key)), kid, use: 'sig' })
async function telling(...keys: Promise<object>[]): Promise<RequestListener> {
  const text = JSON.stringify({ keys: await Promise.all(keys) })
  return (_request, response) => response.writeHead(200, { 'content-type': 'application/jwk-set+json' }).end(text)
}
const tellFirst = () => telling(jwk(first.publicKey, 'one'))

async function start(): Promise<Harness> {
  asked = 0
  const harness = await startHarness('embedded', {
    environment: { JWT_JWKS_URL: `http://127.0.0.1:${port}/keys`, JWT_ISSUER: claims.iss, JWT_AUDIENCE: claims.aud },
  })
  open.push(harness)
  return harness
}

const sign = (key: KeyObject, header: { alg: string; kid: string }, more: object = {}) =>
  new SignJWT({ ...claims, ...more }).setProtectedHeader(header).setExpirationTime('20m').sign(key)
const byFirst = () => sign(first.privateKey, { alg: 'RS256', kid: 'one' })
const bySecond = () => sign(second.privateKey, { alg: 'ES256', kid: 'two' })
const ask = (harness: Harness, token: string) => harness.ask('GET', '/api/performance/metrics', { token })
const statusOf = async (harness: Harness, token: Promise<string>) => (await ask(harness, await token)).statusCode
const logged = (harness: Harness, words: string) => harness.lines.filter((line) => line.includes(words))

/** Only the clock: sockets and timers run as they do. */
function later(ms: number): void {
  vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + ms })
}

it('tokens of the issuer are let in, and nothing forged is', async () => {
  answer = await tellFirst()
  const harness = await start()
  expect(await statusOf(harness, byFirst())).toBe(200)
  const strangers = generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey
  for (const forged of [
    sign(strangers, { alg: 'RS256', kid: 'one' }),
    sign(second.privateKey, { alg: 'ES256', kid: 'one' }),
    sign(first.privateKey, { alg: 'RS256', kid: 'one' }, { iss: 'https://other.example.org' }),
    sign(first.privateKey, { alg: 'RS256', kid: 'one' }, { aud: 'other' }),
    new SignJWT(claims)
      .setProtectedHeader({ alg: 'HS256', kid: 'one' })
      .setExpirationTime('20m')
      .sign(Buffer.from(first.publicKey.export({ type: 'spki', format: 'pem' }))),
  ]) {
    problemOf(await ask(harness, await forged), 401, 'UNAUTHENTICATED')
  }
  expect(asked).toBe(1)
})

it('a rotated key holds once the set may be asked for again, and names nobody knows do not make it asked more often', async () => {
  answer = await tellFirst()
  const harness = await start()
  expect(await statusOf(harness, byFirst())).toBe(200)
  answer = await telling(jwk(second.publicKey, 'two'))
  for (let n = 0; n < 5; n++) expect(await statusOf(harness, bySecond())).toBe(401)
  expect(asked).toBe(1)
  later(31_000)
  expect(await statusOf(harness, bySecond())).toBe(200)
  // The old one is gone from the set, and no longer holds.
  expect(await statusOf(harness, byFirst())).toBe(401)
  expect(asked).toBe(2)
})

it('a server of keys that is down at the start is waited for, said in one sentence, and asked again', async () => {
  await stop()
  const harness = await start()
  const refused = await ask(harness, await byFirst())
  expect(problemOf(refused, 503, 'KEYS_UNAVAILABLE').detail).toBe(
    'The keys that verify tokens cannot be fetched; nothing was read or changed.',
  )
  expect(refused.headers['retry-after']).toBe('1')
  await ask(harness, await byFirst())
  const said = logged(harness, 'the keys of JWT_JWKS_URL cannot be fetched: every token is answered with 503 until they can')
  expect(said).toHaveLength(1)
  expect(said[0]).toContain('ECONNREFUSED')
  answer = await tellFirst()
  await listen(port)
  later(6_000)
  expect(await statusOf(harness, byFirst())).toBe(200)
  expect(logged(harness, 'can be fetched again')).toHaveLength(1)
})

it('a server of keys that goes down later takes nobody’s access for an hour', async () => {
  answer = await tellFirst()
  const harness = await start()
  expect(await statusOf(harness, byFirst())).toBe(200)
  await stop()
  later(11 * 60_000)
  expect(await statusOf(harness, byFirst())).toBe(200)
  expect(logged(harness, 'those that are known are used until')).toHaveLength(1)
  later(65 * 60_000)
  problemOf(await ask(harness, await byFirst()), 503, 'KEYS_UNAVAILABLE')
})

it.each<[what: string, listener: RequestListener, reason: string]>([
  ['says nothing', () => undefined, 'no answer within 3000 ms'],
  ['answers with 1 GiB', (_request, response) => void flood(response, 2 ** 30), 'more than 1048576 bytes'],
  ['sends elsewhere', (_request, response) => response.writeHead(302, { location: '/other' }).end(), 'status 302'],
  ['fails', (_request, response) => response.writeHead(500).end(), 'status 500'],
  ['answers with a page', (_request, response) => response.end('<html>'), 'JSON'],
  ['answers with other JSON', (_request, response) => response.end('{"keys":{}}'), 'no set of keys'],
])('a server of keys that %s has not answered, and nobody waits for it twice', async (_what, listener, reason) => {
  answer = listener
  const before = process.memoryUsage().rss
  const harness = await start()
  problemOf(await ask(harness, await byFirst()), 503, 'KEYS_UNAVAILABLE')
  expect(logged(harness, 'cannot be fetched')[0]).toContain(reason)
  const beganAtMs = performance.now()
  problemOf(await ask(harness, await byFirst()), 503, 'KEYS_UNAVAILABLE')
  expect(performance.now() - beganAtMs).toBeLessThan(1_000)
  expect(asked).toBe(1)
  expect(process.memoryUsage().rss - before).toBeLessThan(200 * 2 ** 20)
})

/** As fast as the reader takes it. */
async function flood(response: ServerResponse, bytes: number): Promise<void> {
  const chunk = Buffer.alloc(65_536, ' ')
  response.writeHead(200, { 'content-type': 'application/json' })
  // A reader that leaves closes the socket, and no more room comes.
  for (let sent = 0; sent < bytes; sent += chunk.byteLength) {
    if (!response.write(chunk)) await once(response, 'drain')
  }
  response.end()
}
