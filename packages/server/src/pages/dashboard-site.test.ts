import { connect } from '@millrace/connection'
import { gunzipSync } from 'node:zlib'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
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

  it.each(['/dashboard/', '/dashboard/queues', '/dashboard/queues/mail', '/dashboard/api?range=24h'])(
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
