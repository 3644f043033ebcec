import { randomBytes } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import { promisify } from 'node:util'
import { gzip } from 'node:zlib'
import { MillraceError } from '@millrace/connection'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { Served } from '../http/unknown-routes.ts'
import { etagOf, filled, isKnown, publicPage } from './public-page.ts'

/**
 * A built site: one page, which shows what the address names (an address it knows nothing at is answered with 200 too, and the page
 * says so), and assets whose names carry a hash of what they hold. In the page `{{base}}` becomes the path that the plugin is mounted at,
 * and `{{home}}` the path of the application's own site at `/`, or nothing.
 */
export interface Site {
  /** What it is called where it is not built or was built anew: "The dashboard". */
  readonly name: string
  /** What the build left: `index.html`, and the files of `assets/`. Ends with a slash. */
  readonly folder: URL
  /** Below the mount point, where the page stands; `*` at an end stands for everything below. One that ends in a slash is also led to from without it. */
  readonly paths: readonly `/${string}`[]
  /** Below the mount point, the path that the page names its assets by, without a slash at the end. */
  readonly assetsPath: `/${string}`
  /**
   * The page makes style sheets while it runs, as an editor does: `{{nonce}}` in it becomes a word of each answer, which its policy lets
   * in. Such a page is sent whole each time. @defaultValue false
   */
  readonly hasStyleNonce?: boolean
}

/** The dashboard, as the build left it. */
export const dashboardSite: Site = {
  name: 'The dashboard',
  folder: new URL('../site/', import.meta.url),
  paths: ['/dashboard/', '/dashboard/*'],
  assetsPath: '/dashboard/assets',
}

interface Asset {
  readonly contentType: string
  readonly body: Buffer
  readonly etag: string
  gzipped?: Promise<Buffer>
}

const contentTypes: Readonly<Record<string, string>> = {
  html: 'text/html; charset=utf-8',
  js: 'text/javascript; charset=utf-8',
  css: 'text/css; charset=utf-8',
  svg: 'image/svg+xml',
}
const compress = promisify(gzip)

/**
 * Serves a site. All of it is read now, so a later build changes nothing for a process that runs.
 *
 * @throws Error  it was never built
 */
export function registerSite(app: FastifyInstance, site: Site, home: string): Served[] {
  const page = readPage(site, { '{{base}}': app.prefix, '{{home}}': home })
  const assets = readAssets(site)
  app.get(`${site.assetsPath}/:name`, { config: publicPage }, async (request, reply) => {
    const asset = assets.get((request.params as { name: string }).name)
    if (asset === undefined)
      throw new MillraceError('ROUTE_NOT_FOUND', `There is no such file; ${lower(site.name)} was built anew: load the page again.`)
    return send(request, reply.header('cache-control', 'public, max-age=31536000, immutable'), asset)
  })
  const show = site.hasStyleNonce === true ? sendWithNonce : send
  for (const path of site.paths) {
    app.get(path, { config: publicPage }, (request, reply) => show(request, reply.header('cache-control', 'no-cache'), page))
    if (/.\/$/.test(path))
      app.get(path.slice(0, -1), { config: publicPage }, (_request, reply) => reply.redirect(`${app.prefix}${path}`, 302))
  }
  return site.paths.filter((path) => !path.endsWith('*')).map((path) => ({ method: 'GET', path }))
}

async function send(request: FastifyRequest, reply: FastifyReply, asset: Asset): Promise<FastifyReply> {
  void reply.header('vary', 'accept-encoding').type(asset.contentType)
  if (isKnown(request, reply, asset.etag)) return reply.code(304).send()
  if (!/\bgzip\b/.test(String(request.headers['accept-encoding'] ?? ''))) return reply.send(asset.body)
  asset.gzipped ??= compress(asset.body)
  return reply.header('content-encoding', 'gzip').send(await asset.gzipped)
}

/** Without a tag: a page that a browser had kept would bring a nonce that the policy of the new answer does not know. */
async function sendWithNonce(_request: FastifyRequest, reply: FastifyReply, { contentType, body }: Asset): Promise<FastifyReply> {
  const nonce = randomBytes(16).toString('base64')
  const policy = String(reply.raw.getHeader('content-security-policy')).replace(/style-src [^;]*/, `$& 'nonce-${nonce}'`)
  return reply.header('content-security-policy', policy).type(contentType).send(body.toString().replaceAll('{{nonce}}', nonce))
}

function readPage({ name, folder }: Site, fill: Readonly<Record<string, string>>): Asset {
  try {
    const text = readFileSync(new URL('index.html', folder), 'utf8')
    return assetOf('index.html', Buffer.from(filled(text, fill)))
  } catch (error) {
    throw new Error(`${name} is not built; run npm run build.`, { cause: error })
  }
}

function readAssets({ folder }: Site): Map<string, Asset> {
  const names = readdirSync(new URL('assets/', folder))
  return new Map(names.map((name) => [name, assetOf(name, readFileSync(new URL(`assets/${name}`, folder)))]))
}

function assetOf(name: string, body: Buffer): Asset {
  const contentType = contentTypes[name.split('.').at(-1) ?? ''] ?? 'application/octet-stream'
  return { contentType, body, etag: etagOf(body) }
}

const lower = (name: string) => name.charAt(0).toLowerCase() + name.slice(1)
