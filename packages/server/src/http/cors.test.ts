import { expect, it } from 'vitest'
import { startHarness } from '../harness.test.setup.ts'

const listed = 'https://a.example.org'

it('a listed origin may call with a bearer token, any other and cookies may not', async () => {
  const harness = await startHarness('embedded', {
    queues: { mail: {} },
    environment: { CORS_ORIGINS: `${listed}, http://localhost:5173` },
  })
  try {
    const ask = (origin: string, method = 'GET', headers: Record<string, string> = {}) =>
      harness.ask(method, '/api/performance/queues', {
        headers: { origin, ...headers },
        ...(method === 'GET' && { role: 'viewer' as const }),
      })
    const preflight = { 'access-control-request-method': 'GET', 'access-control-request-headers': 'authorization' }

    const answer = await ask(listed)
    expect([answer.statusCode, answer.headers['access-control-allow-origin'], answer.headers['vary']]).toEqual([200, listed, 'Origin'])
    const first = await ask(listed, 'OPTIONS', preflight)
    expect([first.statusCode, first.body]).toEqual([204, ''])
    expect(first.headers).toMatchObject({
      'access-control-allow-origin': listed,
      'access-control-allow-headers': expect.stringContaining('authorization'),
    })
    expect(first.headers['access-control-allow-credentials']).toBeUndefined()

    for (const origin of ['https://evil.example.org', 'null', `${listed}.evil.org`, 'http://a.example.org']) {
      expect((await ask(origin)).headers['access-control-allow-origin']).toBeUndefined()
      expect((await ask(origin, 'OPTIONS', preflight)).statusCode).toBe(401)
    }
  } finally {
    await harness.close()
  }
})
