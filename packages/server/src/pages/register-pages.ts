import type { FastifyInstance } from 'fastify'
import type { Served } from '../http/unknown-routes.ts'
import type { Route } from '@millrace/contract'
import type { Page, Pages } from './page.ts'
import { etagOf, filled, isKnown, publicPage } from './public-page.ts'
import { routeTable } from './route-table.ts'

/** Where tokens are typed in: a foreign name that leads here does not show it. */
const signInPage = { ...publicPage, millraceAccess: { ...publicPage.millraceAccess, ownNamesOnly: true } } as const

/**
 * Serves pages as they are, with an ETag so that a browser asks but does not load again. `home` is where an application's own site begins,
 * or ''. Answers with what is served now.
 */
export function registerPages(app: FastifyInstance, pages: Pages, rows: readonly Route[], home: string): Served[] {
  const fill = { '{{routes}}': routeTable(rows), '{{base}}': app.prefix, '{{home}}': home }
  for (const [path, page] of Object.entries(pages)) registerPage(app, path, page, fill)
  return (Object.keys(pages) as (keyof Pages)[]).map((path) => ({ method: 'GET', path }))
}

function registerPage(app: FastifyInstance, path: string, page: Page, fill: Readonly<Record<string, string>>): void {
  const body = filled(page.body, fill)
  const etag = etagOf(body)
  app.get(path, { config: path === '/sign-in' ? signInPage : publicPage }, (request, reply) => {
    void reply.header('cache-control', 'no-cache')
    if (isKnown(request, reply, etag)) return reply.code(304).send()
    return reply.type(page.contentType).send(body)
  })
}
