import { MillraceError } from '@millrace/connection'
import type { FastifyReply, FastifyRequest } from 'fastify'
import type { ServerErrorCode } from './error-table.ts'
import { explain, problemOf } from './problem.ts'
import type { ErrorRows } from './problem.ts'

/** What Fastify and its plugins throw, in our words. */
const translations: Readonly<Record<string, { readonly code: ServerErrorCode; readonly message: string }>> = {
  FST_ERR_CTP_INVALID_JSON_BODY: { code: 'BODY_NOT_JSON', message: 'The body is not valid JSON.' },
  FST_ERR_CTP_EMPTY_JSON_BODY: {
    code: 'BODY_NOT_JSON',
    message: 'The body is empty; send JSON, which may be {} where no field is needed.',
  },
  FST_ERR_CTP_INVALID_CONTENT_LENGTH: { code: 'REQUEST_INVALID', message: 'The body is not as long as Content-Length says.' },
  FST_ERR_CTP_BODY_TOO_LARGE: { code: 'BODY_TOO_LARGE', message: 'The body is larger than this route takes.' },
  FST_ERR_CTP_INVALID_MEDIA_TYPE: { code: 'CONTENT_TYPE_UNSUPPORTED', message: 'This route does not take that content type.' },
  FST_ERR_ROUTE_MISSING_CONTENT_TYPE: { code: 'CONTENT_TYPE_UNSUPPORTED', message: 'A request of this method needs a Content-Type.' },
  FST_ERR_BAD_URL: { code: 'REQUEST_INVALID', message: 'The path is not valid percent-encoding.' },
  FST_ERR_MAX_PARAM_LENGTH: { code: 'ROUTE_NOT_FOUND', message: 'A part of the path is longer than any name or id can be.' },
  FST_FILES_LIMIT: { code: 'UPLOAD_INVALID', message: 'The upload has more files than one import takes.' },
  FST_PARTS_LIMIT: { code: 'UPLOAD_INVALID', message: 'The upload has more parts than one import takes.' },
  FST_FIELDS_LIMIT: { code: 'UPLOAD_INVALID', message: 'The upload has form fields; send one file a part.' },
  FST_PROTO_VIOLATION: { code: 'UPLOAD_INVALID', message: 'A part has a name that is not allowed; name each part `file`.' },
  FST_PREMATURE_CLOSE: { code: 'UPLOAD_INVALID', message: 'The upload ended before its last part.' },
}

/** The error as one of ours where a translation exists. `bodyLimit` is that of the route, bytes. */
function translate(error: unknown, bodyLimit: number | undefined): unknown {
  const code = (error as { code?: unknown } | null)?.code
  if (code === 'FST_ERR_CTP_BODY_TOO_LARGE' && bodyLimit !== undefined) {
    const limit = bodyLimit % 1_048_576 === 0 ? `${bodyLimit / 1_048_576} MiB` : `${bodyLimit.toLocaleString('en-US')} bytes`
    return new MillraceError('BODY_TOO_LARGE', `The body is larger than the ${limit} that this route takes.`, { cause: error })
  }
  const known = typeof code === 'string' && Object.hasOwn(translations, code) ? translations[code] : undefined
  if (known !== undefined) return new MillraceError(known.code, known.message, { cause: error })
  // secure-json-parse and JSON.parse throw a SyntaxError that Fastify marks with the status.
  if (error instanceof SyntaxError && (error as { statusCode?: number }).statusCode === 400) {
    return new MillraceError('BODY_NOT_JSON', 'The body is not valid JSON.', { cause: error })
  }
  return error
}

/** Answers with a problem; a failure of ours goes to the log with its cause, one that says it all in a line, a refusal only at debug. */
export function replyWithProblem(thrown: unknown, request: FastifyRequest, reply: FastifyReply, rows: ErrorRows = {}): FastifyReply {
  const error = translate(thrown, request.routeOptions.bodyLimit)
  const explained = explain(error, request.id, rows)
  const { status, retryable } = explained.row
  if (explained.expected) request.log.warn({ code: explained.code, status }, explained.detail)
  else if (status >= 500) request.log.error({ err: error, code: explained.code }, 'request failed')
  else request.log.debug({ code: explained.code, status }, 'request refused')
  if (status === 401) void reply.header('www-authenticate', 'Bearer realm="millrace"')
  if (retryable && !reply.hasHeader('retry-after')) void reply.header('retry-after', '1')
  if (status === 413 || explained.code === 'SHUTTING_DOWN') void reply.header('connection', 'close')
  return reply
    .code(status)
    .header('cache-control', 'no-store')
    .serializer(JSON.stringify as (body: unknown) => string)
    .type('application/problem+json')
    .send(problemOf(explained, request.raw.url ?? ''))
}
