import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { problemOf, startHarness } from '../harness.test.setup.ts'
import type { Harness } from '../harness.test.setup.ts'

const queue = '/api/performance/queues/mail/completed'

async function open(environment: Record<string, string>) {
  const { PUBLIC_URL: publicUrl } = environment
  const harness = await startHarness('embedded', { queues: { mail: {} }, environment })
  const cookie = await signIn(harness, publicUrl === undefined ? 'localhost' : new URL(publicUrl).host)
  return { harness, cookie }
}

async function signIn(harness: Harness, host: string): Promise<string> {
  const answer = await harness.ask('POST', '/api/session', { body: { token: harness.tokens.admin }, headers: { host } })
  return String(answer.headers['set-cookie']).split(';')[0] as string
}

describe('a request that a cookie speaks for', () => {
  let harness: Harness
  let cookie: string
  beforeAll(async () => void ({ harness, cookie } = await open({ PUBLIC_URL: 'https://queues.example.org' })))
  afterAll(() => harness.close())
  const change = (headers: Record<string, string>) =>
    harness.ask('DELETE', queue, { headers: { cookie, host: 'queues.example.org', ...headers } })

  it.each([
    [{ 'sec-fetch-site': 'same-origin' }],
    [{ 'sec-fetch-site': 'same-origin', origin: 'https://queues.example.org' }],
    [{ origin: 'https://queues.example.org' }],
    [{ origin: 'http://localhost:3000', host: 'localhost:3000' }],
    [{ origin: 'http://127.0.0.1', host: '127.0.0.1' }],
  ] as Record<string, string>[][])('may change state with %j', async (headers) => {
    expect((await change(headers as unknown as Record<string, string>)).statusCode).not.toBe(403)
  })

  it.each([
    [{}],
    [{ 'sec-fetch-site': 'cross-site' }],
    [{ 'sec-fetch-site': 'same-site' }],
    [{ 'sec-fetch-site': 'none' }],
    [{ 'sec-fetch-site': '' }],
    [{ 'sec-fetch-site': 'same-origin, cross-site' }],
    [{ 'sec-fetch-site': 'cross-site', origin: 'https://queues.example.org' }],
    [{ origin: 'https://evil.example.org' }],
    [{ origin: 'null' }],
    [{ origin: '' }],
    [{ origin: 'https://queues.example.org.evil.org' }],
    [{ origin: 'https://queues.example.org:8443' }],
    [{ origin: 'https://other.queues.example.org' }],
    [{ origin: 'https://localhost:3000', host: 'localhost:3000' }],
    [{ origin: 'http://localhost:3001', host: 'localhost:3000' }],
    [{ referer: 'https://queues.example.org/dashboard/' }],
  ] as Record<string, string>[][])('may not with %j', async (headers) => {
    problemOf(await change(headers as unknown as Record<string, string>), 403, 'CROSS_SITE_REFUSED')
  })

  it.each(['POST', 'PUT', 'PATCH', 'DELETE'])('is refused from elsewhere by %s before anything else of it is looked at', async (method) => {
    for (const url of [queue, '/api/session', '/api/queues/mail/messages', '/api/nothing']) {
      const answer = await harness.ask(method, url, { headers: { cookie, host: 'queues.example.org', 'sec-fetch-site': 'cross-site' } })
      expect([403, 404]).toContain(answer.statusCode)
      expect(answer.statusCode === 403 ? 'CROSS_SITE_REFUSED' : 'ROUTE_NOT_FOUND').toBe(answer.json<{ code: string }>().code)
    }
  })

  it('may read without them, but not open a socket', async () => {
    const read = { cookie, host: 'queues.example.org' }
    expect((await harness.ask('GET', '/api/performance/queues', { headers: read })).statusCode).toBe(200)
    const upgrade = { ...read, connection: 'upgrade', upgrade: 'websocket', origin: 'https://evil.example.org' }
    problemOf(await harness.ask('GET', '/api/performance/queues', { headers: upgrade }), 403, 'CROSS_SITE_REFUSED')
  })

  it.each([
    'evil.example.org',
    'queues.example.org.evil.org',
    '192.0.2.7',
    '[2001:db8::1]',
    'localhost.evil.org',
    '127.0.0.1.nip.io',
    'queues.example.org@evil.org',
  ])('is refused under the foreign name %j, and so is the page to sign in and signing in itself', async (host) => {
    const headers = { host, cookie, 'sec-fetch-site': 'same-origin' }
    problemOf(await harness.ask('GET', '/api/performance/queues', { headers }), 421, 'HOST_UNKNOWN')
    problemOf(await harness.ask('DELETE', queue, { headers }), 421, 'HOST_UNKNOWN')
    problemOf(await harness.ask('GET', '/sign-in', { headers: { host } }), 421, 'HOST_UNKNOWN')
    problemOf(await harness.ask('POST', '/api/session', { body: { token: harness.tokens.viewer }, headers: { host } }), 421, 'HOST_UNKNOWN')
    // A bearer token is sent on purpose, whatever the name.
    expect((await harness.ask('GET', '/api/performance/queues', { role: 'viewer', headers: { host } })).statusCode).toBe(200)
  })

  it.each([
    'queues.example.org',
    'QUEUES.example.org:443',
    'localhost',
    'localhost:3000',
    '127.0.0.1:80',
    '127.1.2.3',
    '[::1]',
    '[::1]:3000',
  ])('is let in under the own name %s', async (host) => {
    expect((await harness.ask('GET', '/api/performance/queues', { headers: { host, cookie } })).statusCode).toBe(200)
    expect((await harness.ask('GET', '/sign-in', { headers: { host } })).statusCode).toBe(200)
  })

  it('a bearer token needs none of this', async () => {
    const answer = await harness.ask('DELETE', queue, { role: 'operator', headers: { host: 'elsewhere', 'sec-fetch-site': 'cross-site' } })
    expect(answer.statusCode).not.toBe(403)
  })
})

it.each([
  ['0.0.0.0', ['192.0.2.7:3000', '[2001:db8::1]', 'localhost'], ['evil.example.org', 'millrace']],
  ['millrace', ['millrace:3000', 'localhost'], ['evil.example.org', '192.0.2.7']],
  ['192.0.2.7', ['192.0.2.7:3000'], ['192.0.2.8']],
])('a server that listens on %s is itself at %j and not at %j', async (listening, own, foreign) => {
  const { harness, cookie } = await open({ HOST: listening })
  try {
    const status = async (host: string) => (await harness.ask('GET', '/api/session', { headers: { host, cookie } })).statusCode
    for (const host of own) expect([host, await status(host)]).toEqual([host, 200])
    for (const host of foreign) expect([host, await status(host)]).toEqual([host, 421])
  } finally {
    await harness.close()
  }
})

it('without PUBLIC_URL the own origin is the one it is asked under, and saying nothing is no proof of it', async () => {
  const { harness, cookie } = await open({})
  try {
    const change = (headers: Record<string, string>) =>
      harness.ask('DELETE', queue, { headers: { cookie, host: 'localhost:3000', ...headers } })
    for (const headers of [{}, { origin: 'undefined' }, { origin: 'http://localhost' }])
      problemOf(await change(headers as Record<string, string>), 403, 'CROSS_SITE_REFUSED')
    expect((await change({ origin: 'http://localhost:3000' })).statusCode).not.toBe(403)
  } finally {
    await harness.close()
  }
})

it('signing in is refused when a browser says that another site asks, and free to programs', async () => {
  const { harness } = await open({})
  try {
    const signInWith = (headers: Record<string, string>) =>
      harness.ask('POST', '/api/session', { body: { token: harness.tokens.viewer }, headers })
    expect((await signInWith({})).statusCode).toBe(201)
    expect((await signInWith({ 'sec-fetch-site': 'same-origin' })).statusCode).toBe(201)
    expect((await signInWith({ origin: 'http://localhost:80' })).statusCode).toBe(201)
    for (const headers of [
      { 'sec-fetch-site': 'cross-site' },
      { 'sec-fetch-site': 'same-site' },
      { origin: 'https://evil.example.org' },
      { origin: 'null' },
    ]) {
      const answer = await signInWith(headers as Record<string, string>)
      problemOf(answer, 403, 'CROSS_SITE_REFUSED')
      expect(answer.headers['set-cookie']).toBeUndefined()
    }
  } finally {
    await harness.close()
  }
})
