import { readdirSync, readFileSync } from 'node:fs'
import { promisify } from 'node:util'
import { gzip } from 'node:zlib'
import { MillraceError } from '@millrace/connection'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { Served } from '../http/unknown-routes.ts'
import { etagOf, isKnown, publicPage } from './public-page.ts'

interface Asset {
  readonly contentType: string
  readonly body: Buffer
  readonly etag: string
  gzipped?: Promise<Buffer>
}

const folder = new URL('../site/', import.meta.url)
const contentTypes: Readonly<Record<string, string>> = {
  html: 'text/html; charset=utf-8',
  js: 'text/javascript; charset=utf-8',
  css: 'text/css; charset=utf-8',
  svg: 'image/svg+xml',
}
const compress = promisify(gzip)

/**
 * Serves the dashboard as the build left it. All is read now, so a later build changes nothing for a process that runs. Every path below
 * `/dashboard/` is the one page, which shows the section that the address names; its assets carry a hash in their name and never change.
 *
 * @throws Error  the dashboard was never built
 */
export function registerDashboard(app: FastifyInstance): Served[] {
  const page = readPage(app.prefix)
  const assets = readAssets()
  app.get('/dashboard', { config: publicPage }, (_request, reply) => reply.redirect(`${app.prefix}/dashboard/`, 302))
  app.get('/dashboard/assets/:name', { config: publicPage }, async (request, reply) => {
    const asset = assets.get((request.params as { name: string }).name)
    if (asset === undefined)
      throw new MillraceError('ROUTE_NOT_FOUND', 'There is no such file; the dashboard was built anew: load the page again.')
    return send(request, reply.header('cache-control', 'public, max-age=31536000, immutable'), asset)
  })
  for (const path of ['/dashboard/', '/dashboard/*']) {
    app.get(path, { config: publicPage }, (request, reply) => send(request, reply.header('cache-control', 'no-cache'), page))
  }
  return [{ method: 'GET', path: '/dashboard/' }]
}

async function send(request: FastifyRequest, reply: FastifyReply, asset: Asset): Promise<FastifyReply> {
  void reply.header('vary', 'accept-encoding').type(asset.contentType)
  if (isKnown(request, reply, asset.etag)) return reply.code(304).send()
  if (!/\bgzip\b/.test(String(request.headers['accept-encoding'] ?? ''))) return reply.send(asset.body)
  asset.gzipped ??= compress(asset.body)
  return reply.header('content-encoding', 'gzip').send(await asset.gzipped)
}

function readPage(base: string): Asset {
  try {
    return assetOf('index.html', Buffer.from(readFileSync(new URL('index.html', folder), 'utf8').replaceAll('{{base}}', base)))
  } catch (error) {
    throw new Error('The dashboard is not built; run npm run build.', { cause: error })
  }
}

function readAssets(): Map<string, Asset> {
  const names = readdirSync(new URL('assets/', folder))
  return new Map(names.map((name) => [name, assetOf(name, readFileSync(new URL(`assets/${name}`, folder)))]))
}

function assetOf(name: string, body: Buffer): Asset {
  const contentType = contentTypes[name.split('.').at(-1) ?? ''] ?? 'application/octet-stream'
  return { contentType, body, etag: etagOf(body) }
}
