import { createHash } from 'node:crypto'
import type { FastifyInstance } from 'fastify'
import type { Served } from '../http/unknown-routes.ts'
import type { Route } from '@millrace/contract'
import type { Page, Pages } from './page.ts'
import { routeTable } from './route-table.ts'

/** Pages are no figures of the interface: a browser's cache decides how often they are asked for. */
const access = { millraceAccess: { role: 'public', policy: 'none' }, millraceEndpoint: false } as const
/** Where tokens are typed in: a foreign name that leads here does not show it. */
const signInAccess = { millraceAccess: { role: 'public', policy: 'none', ownNamesOnly: true }, millraceEndpoint: false } as const

/** Serves pages as they are, with an ETag so that a browser asks but does not load again. Answers with what is served now. */
export function registerPages(app: FastifyInstance, pages: Pages, rows: readonly Route[]): Served[] {
  for (const [path, page] of Object.entries(pages)) registerPage(app, path, page, routeTable(rows))
  return (Object.keys(pages) as (keyof Pages)[]).map((path) => ({ method: 'GET', path }))
}

function registerPage(app: FastifyInstance, path: string, page: Page, table: string): void {
  const body = page.body.replaceAll('{{routes}}', table).replaceAll('{{base}}', app.prefix)
  const etag = `"${createHash('sha256').update(body).digest('base64url').slice(0, 22)}"`
  app.get(path, { config: path === '/sign-in' ? signInAccess : access }, (request, reply) => {
    void reply.header('etag', etag).header('cache-control', 'no-cache')
    if (request.headers['if-none-match'] === etag) return reply.code(304).send()
    return reply.type(page.contentType).send(body)
  })
}
