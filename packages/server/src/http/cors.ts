import type { FastifyInstance } from 'fastify'

const exposed = 'ratelimit, ratelimit-policy, retry-after'
const allowed = {
  'access-control-allow-methods': 'GET, POST, PUT, DELETE',
  'access-control-allow-headers': 'authorization, content-type, idempotency-key',
  'access-control-max-age': '600',
}

/**
 * Lets pages of the listed origins call the interface with a bearer token. Credentials are never allowed, so the cookie of a
 * signed-in browser works for this server's own pages only. Comes before the guard: a browser asks first without a token.
 */
export function allowOrigins(app: FastifyInstance, origins: readonly string[]): void {
  if (origins.length === 0) return
  app.addHook('onRequest', async (request, reply) => {
    void reply.header('vary', 'Origin')
    const { origin } = request.headers
    if (origin === undefined || !origins.includes(origin)) return
    void reply.header('access-control-allow-origin', origin).header('access-control-expose-headers', exposed)
    const asksFirst = request.method === 'OPTIONS' && request.headers['access-control-request-method'] !== undefined
    if (asksFirst) return reply.code(204).headers(allowed).send()
  })
}
