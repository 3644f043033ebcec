import { STATUS_CODES } from 'node:http'
import type { Socket } from 'node:net'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { looksLikeApi } from '../auth/api-path.ts'
import type { Gate } from '../auth/guard.ts'
import { serverErrors } from '../errors/error-table.ts'
import type { ServerErrorCode } from '../errors/error-table.ts'
import { replyWithProblem } from '../errors/error-handler.ts'
import { problemOf } from '../errors/problem.ts'

/** Answers a path that cannot be decoded, which reaches no route and no hook. Below /api a token is asked for first, as everywhere. */
export async function answerUndecodable(error: unknown, request: FastifyRequest, reply: FastifyReply, gate: Gate): Promise<void> {
  let answer = error
  if (looksLikeApi(request.raw.url ?? '')) await gate.identify(request, reply).catch((refusal: unknown) => (answer = refusal))
  await replyWithProblem(answer, request, reply)
}

/** Answers bytes that are no HTTP request, or whose headers are too large, and ends the connection. */
export function answerBrokenRequest(error: Error & { code?: string }, socket: Socket): void {
  if (error.code === 'ECONNRESET' || socket.destroyed) return
  const code: ServerErrorCode = error.code === 'HPE_HEADER_OVERFLOW' ? 'HEADERS_TOO_LARGE' : 'REQUEST_INVALID'
  const row = serverErrors[code]
  const detail = code === 'HEADERS_TOO_LARGE' ? 'The headers are larger than 16 KiB.' : 'This is not a complete HTTP request.'
  const body = JSON.stringify(problemOf({ code, row, detail }, ''))
  if (!socket.writable) return void socket.destroy()
  const head = [
    `HTTP/1.1 ${row.status} ${STATUS_CODES[row.status]}`,
    'content-type: application/problem+json',
    `content-length: ${Buffer.byteLength(body)}`,
    'connection: close',
  ]
  socket.end(`${head.join('\r\n')}\r\n\r\n${body}`)
}
