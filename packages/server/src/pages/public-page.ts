import { createHash } from 'node:crypto'
import type { FastifyReply, FastifyRequest } from 'fastify'

/**
 * The configuration of a route that anybody may read: a page or a part of one. It is no figure of the interface, since a browser's cache
 * decides how often it is asked for.
 */
export const publicPage = { millraceAccess: { role: 'public', policy: 'none' }, millraceEndpoint: false } as const

/** The tag of what is served as it is. */
export function etagOf(body: string | Buffer): string {
  return `"${createHash('sha256').update(body).digest('base64url').slice(0, 22)}"`
}

/** Tells the tag; true when the browser has what it names, and 304 is the answer. */
export function isKnown(request: FastifyRequest, reply: FastifyReply, etag: string): boolean {
  void reply.header('etag', etag)
  return request.headers['if-none-match'] === etag
}

/** A page with what only the server knows put in: each name of `fill` becomes its value. */
export function filled(page: string, fill: Readonly<Record<string, string>>): string {
  return Object.entries(fill).reduce((text, [name, value]) => text.replaceAll(name, value), page)
}
