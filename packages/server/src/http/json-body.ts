import { MillraceError } from '@millrace/connection'
import type { FastifyInstance, FastifyRequest } from 'fastify'

const sizes = new WeakMap<FastifyRequest, number>()

/** Bytes of the JSON body that was read; 0 without one. */
export function bodyBytesOf(request: FastifyRequest): number {
  return sizes.get(request) ?? 0
}

/** Reads JSON strictly (`__proto__` and `constructor.prototype` are refused) and nothing else, whatever the surrounding application reads. */
export function readJsonBodies(app: FastifyInstance): void {
  const parse = app.getDefaultJsonParser('error', 'error')
  app.removeContentTypeParser(['application/json', 'text/plain'])
  app.addContentTypeParser('application/json', { parseAs: 'string' }, (request, text, done) => {
    sizes.set(request, Buffer.byteLength(text))
    // A DELETE with a content type and nothing to say is common and means no body.
    if (text === '' && request.routeOptions.schema?.body === undefined) done(null, undefined)
    else void parse(request, text as string, (error, body) => done(error === null ? null : (poisonOf(text as string) ?? error), body))
  })
}

/** Why a text was refused that is JSON. */
function poisonOf(text: string): MillraceError | undefined {
  try {
    JSON.parse(text)
  } catch {
    return undefined
  }
  return new MillraceError(
    'BODY_NOT_JSON',
    'The body has a key __proto__, or prototype below constructor: these are refused wherever they stand.',
  )
}
