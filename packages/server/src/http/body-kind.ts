import { MillraceError } from '@millrace/connection'
import type { Route } from '@millrace/contract'
import type { FastifyRequest } from 'fastify'
import { Type } from 'typebox'
import type { TObject, TSchema } from 'typebox'
import { compileValidation } from './validation.ts'

/**
 * A body of a kind the route does not read is refused before a byte of it is.
 * @throws MillraceError CONTENT_TYPE_UNSUPPORTED; REQUEST_INVALID saying what to send where nothing was sent
 */
export function checkBodyKind(request: FastifyRequest, row: Route): void {
  const { headers } = request
  const hasBody = headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > 0
  const wanted = row.bodyKind === 'multipart' ? 'multipart/form-data' : row.body === undefined ? undefined : 'application/json'
  const given = headers['content-type']?.split(';', 1)[0]?.trim().toLowerCase()
  if (row.body !== undefined && !hasBody && given === undefined) throw new MillraceError('REQUEST_INVALID', whatToSend(row.body))
  if (wanted === undefined ? !hasBody || given === 'application/json' : given === wanted) return
  throw new MillraceError(
    'CONTENT_TYPE_UNSUPPORTED',
    wanted === undefined
      ? `${row.method} takes no body here.`
      : `The body must be ${wanted}; ${given === undefined ? 'no Content-Type was given' : `Content-Type is ${given.slice(0, 100)}`}.`,
  )
}

const checkNothing = compileValidation(Type.Object({}, { additionalProperties: false }), 'body')

/**
 * Where a route takes no body, `{}` is one; a field somebody counts on would be passed over without a word.
 * @throws MillraceError REQUEST_INVALID naming it
 */
export function refuseUnknownBody({ body }: FastifyRequest): void {
  const checked = body === undefined ? undefined : checkNothing(body)
  if (checked !== undefined && 'error' in checked) throw checked.error
}

function whatToSend(schema: TSchema): string {
  const { anyOf } = schema as { readonly anyOf?: readonly TSchema[] }
  const shapes = (anyOf ?? [schema]).map((shape) => fieldsOf(shape as TObject))
  return `The body is missing; send JSON (Content-Type: application/json) with ${shapes.join('; or with ')}.`
}

function fieldsOf({ properties, required = [] }: Pick<TObject, 'properties'> & { readonly required?: readonly string[] }): string {
  const others = Object.keys(properties).filter((name) => !required.includes(name))
  if (required.length === 0) return `any of ${others.join(', ')}, or {}`
  return `${required.join(' and ')}${others.length === 0 ? '' : `, and any of ${others.join(', ')}`}`
}
