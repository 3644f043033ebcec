import { readFileSync } from 'node:fs'
import { fastifySwaggerUi } from '@fastify/swagger-ui'
import type { FastifySwaggerUiOptions } from '@fastify/swagger-ui'
import type { FastifyInstance, FastifyPluginAsync } from 'fastify'
import type { Served } from '../http/unknown-routes.ts'
import { publicPage } from '../pages/public-page.ts'
import type { JsonSchema } from './schemas.ts'

/** Called rather than registered: registered, it would ask for @fastify/swagger, whose work our table of routes does. */
const swaggerUi = fastifySwaggerUi as unknown as FastifyPluginAsync<FastifySwaggerUiOptions>

const mark = readFileSync(new URL('../pages/mark.svg', import.meta.url), 'utf8')

/** Follows the reader's system; Swagger UI knows dark only as a class. */
const theme = `const dark = matchMedia('(prefers-color-scheme: dark)')
const apply = () => document.documentElement.classList.toggle('dark-mode', dark.matches)
dark.addEventListener('change', apply)
apply()
`

/** `/openapi.json`, and `/docs/` to read it and try it: Swagger UI, all of it from this server and without inline script. */
export async function registerDocs(app: FastifyInstance, document: JsonSchema): Promise<Served[]> {
  const text = JSON.stringify(document)
  app.get('/openapi.json', { config: publicPage }, (_request, reply) =>
    reply.type('application/json').header('cache-control', 'no-cache').send(text),
  )
  await app.register(async (docs) => {
    // The guard serves nothing that does not say who may.
    docs.addHook('onRoute', (route) => {
      route.config = { ...route.config, ...publicPage }
    })
    docs.decorate('swagger', ((options?: { readonly yaml?: boolean }) => (options?.yaml === true ? text : document)) as never)
    await swaggerUi(docs, {
      routePrefix: '/docs',
      indexPrefix: app.prefix,
      // Without the bar to type another address into: this page is about this server.
      uiConfig: { layout: 'BaseLayout', deepLinking: true, displayRequestDuration: true, docExpansion: 'list', tryItOutEnabled: false },
      theme: {
        title: 'Interface · Millrace',
        favicon: [{ filename: 'mark.svg', rel: 'icon', sizes: 'any', type: 'image/svg+xml', content: Buffer.from(mark) }],
        js: [{ filename: 'theme.js', content: theme }],
      },
    })
  })
  return [
    { method: 'GET', path: '/openapi.json' },
    { method: 'GET', path: '/docs/' },
  ]
}
