import { connect } from '@millrace/connection'
import { gunzipSync } from 'node:zlib'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import fastify from 'fastify'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { millracePlugin } from '../plugin.ts'

const auth = { kind: 'secret', secret: new TextEncoder().encode('a secret of at least thirty-two bytes') } as const

describe.each(['', '/tools/queues'])('the dashboard mounted at "%s"', (prefix) => {
  const app = fastify()
  const directory = mkdtempSync(join(tmpdir(), 'millrace-site-'))
  let body = ''
  const ask = (path: string, headers: Record<string, string> = {}) => app.inject({ method: 'GET', url: `${prefix}${path}`, headers })
  const assets = () => [...body.matchAll(/(?:src|href)="([^"]+)"/g)].map(([, address]) => String(address).slice(prefix.length))

  beforeAll(async () => {
    const connection = await connect(`file:${directory}`)
    await app.register(millracePlugin, { prefix, connection, auth })
    app.addHook('onClose', () => connection.close())
    ;({ body } = await ask('/dashboard/'))
  })
  afterAll(async () => {
    await app.close()
    rmSync(directory, { recursive: true, force: true })
  })

  it.each(['/dashboard/', '/dashboard/queues', '/dashboard/queues/mail', '/dashboard/api?range=24h', '/dashboard/nonsense'])(
    '%s is the one page, asked for anew each time but not sent again',
    async (path) => {
      const { statusCode, headers, body: page } = await ask(path)
      expect([statusCode, headers['content-type'], headers['cache-control']]).toEqual([200, 'text/html; charset=utf-8', 'no-cache'])
      expect(page).toBe(body)
      const again = await ask(path, { 'if-none-match': String(headers['etag']) })
      expect([again.statusCode, again.body]).toEqual([304, ''])
    },
  )

  it('keeps the policy of content: nothing inline, nothing from elsewhere', () => {
    expect(body).not.toMatch(/<script(?![^>]* src=)|<style|style=| on\w+=|https?:\/\/|\{\{/)
  })

  it('names its files below the mount point, and each of them is there for good', async () => {
    expect(assets().some((path) => /^\/dashboard\/assets\/.+\.js$/.test(path))).toBe(true)
    for (const path of assets()) {
      const { statusCode, headers } = await ask(path)
      expect(statusCode, path).toBe(200)
      if (path.startsWith('/dashboard/')) expect(headers['cache-control']).toBe('public, max-age=31536000, immutable')
    }
  })

  it('sends a file packed to who can unpack it', async () => {
    const script = assets().find((path) => path.endsWith('.js')) as string
    const plain = await ask(script)
    const packed = await ask(script, { 'accept-encoding': 'gzip, br' })
    expect(packed.headers['content-encoding']).toBe('gzip')
    expect(gunzipSync(packed.rawPayload).equals(plain.rawPayload)).toBe(true)
    expect(packed.rawPayload.length).toBeLessThan(plain.rawPayload.length / 2)
  })

  it('a file of an older build is not there, instead of being the page', async () => {
    expect((await ask('/dashboard/assets/index-00000000.js')).statusCode).toBe(404)
  })

  it('without the slash leads to the one with it', async () => {
    const { statusCode, headers } = await ask('/dashboard')
    expect([statusCode, headers['location']]).toEqual([302, `${prefix}/dashboard/`])
  })
})

describe.each(['', '/tools/queues'])('a site of an application mounted at "%s"', (prefix) => {
  const app = fastify()
  const directory = mkdtempSync(join(tmpdir(), 'millrace-site-'))
  const ask = (path: string, headers: Record<string, string> = {}) => app.inject({ method: 'GET', url: `${prefix}${path}`, headers })

  beforeAll(async () => {
    mkdirSync(join(directory, 'site/assets'), { recursive: true })
    writeFileSync(join(directory, 'site/index.html'), '<p data-base="{{base}}" nonce="{{nonce}}">own</p>')
    writeFileSync(join(directory, 'site/assets/a-12345678.js'), 'export {}')
    const connection = await connect(`file:${directory}`)
    const folder = pathToFileURL(join(directory, 'site/'))
    const site = { name: 'The shop', folder, paths: ['/', '/goods/*'], assetsPath: '/shop/assets', hasStyleNonce: true } as const
    await app.register(millracePlugin, { prefix, connection, auth, sites: [site] })
    app.addHook('onClose', () => connection.close())
  })
  afterAll(async () => {
    await app.close()
    rmSync(directory, { recursive: true, force: true })
  })

  it('takes the place of the start page, and leaves the dashboard and the other pages where they are', async () => {
    for (const path of ['/', '/goods/1', '/goods/1/parts']) expect((await ask(path)).body, path).toContain('own')
    expect((await ask('/shop/assets/a-12345678.js')).body).toBe('export {}')
    for (const path of ['/dashboard/', '/sign-in']) expect((await ask(path)).body, path).toContain('<!doctype html>')
    expect((await ask('/api/nothing')).statusCode).toBe(401)
  })

  it('is where who signs in and who looks at the dashboard can go on to', async () => {
    for (const path of ['/sign-in', '/dashboard/']) expect((await ask(path)).body, path).toContain(`data-home="${prefix}/"`)
  })

  it('lets in the style sheets that its page makes by a word of each answer, and never one of an older answer', async () => {
    const nonces = await Promise.all(
      [1, 2].map(async () => {
        const { body, headers } = await ask('/', { 'if-none-match': '*' })
        const [, nonce = ''] = /nonce="([A-Za-z0-9+/=]{24})"/.exec(body) ?? []
        const policy = String(headers['content-security-policy'])
        expect(policy).toContain(`style-src 'self' 'nonce-${nonce}'`)
        expect(policy.replace(` 'nonce-${nonce}'`, '')).toBe(String((await ask('/dashboard/')).headers['content-security-policy']))
        expect([headers['etag'], headers['cache-control']]).toEqual([undefined, 'no-cache'])
        return nonce
      }),
    )
    expect(new Set(nonces).size).toBe(2)
  })

  it('a file of an older build tells what was built anew', async () => {
    expect((await ask('/shop/assets/b-00000000.js')).json()).toMatchObject({ detail: expect.stringContaining('the shop was built anew') })
  })
})
