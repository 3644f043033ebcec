import { routes } from '@millrace/contract'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { startHarness } from '../harness.test.setup.ts'
import type { Harness } from '../harness.test.setup.ts'

let harness: Harness
beforeAll(async () => {
  harness = await startHarness('embedded', {
    queues: { mail: {} },
    pages: {
      '/more': { contentType: 'text/html; charset=utf-8', body: '<p>own</p>' },
      '/sign-in': { contentType: 'text/plain', body: 'replaced' },
    },
  })
})
afterAll(() => harness.close())

it.each(['/'])('%s is a page of its own server only: no script, no inline style, nothing from elsewhere', async (path) => {
  const { statusCode, headers, body } = await harness.ask('GET', path)
  expect(statusCode).toBe(200)
  expect(headers['content-type']).toBe('text/html; charset=utf-8')
  expect(body).not.toMatch(/<script|style=| on\w+=|https?:\/\/|\{\{/)
  expect(body).toMatch(/<html lang="en">[^]*name="viewport"[^]*<title>[^<]+<\/title>/)
  for (const [, link] of body.matchAll(/(?:href|src)="(\/[^"#]*)"/g)) {
    expect((await harness.ask('GET', link as string)).statusCode, link).toBe(200)
  }
})

it('the start page lists exactly what is served', async () => {
  const { body } = await harness.ask('GET', '/')
  const shown = (path: string) => body.includes(`<code>${path.replaceAll('/', '/<wbr>')}</code>`)
  expect(shown(routes.enqueue.path)).toBe(true)
  expect(shown(routes.getReady.path)).toBe(true)
  expect(shown(routes.search.path)).toBe(false)
})

it('a page may be added or replaced', async () => {
  expect((await harness.ask('GET', '/more')).body).toBe('<p>own</p>')
  expect((await harness.ask('GET', '/sign-in')).body).toBe('replaced')
})

it('a page that did not change is not sent again', async () => {
  const { headers } = await harness.ask('GET', '/')
  const again = await harness.ask('GET', '/', { headers: { 'if-none-match': String(headers['etag']) } })
  expect([again.statusCode, again.body]).toEqual([304, ''])
})
