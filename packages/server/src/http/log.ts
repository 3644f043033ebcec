import { pino } from 'pino'
import type { DestinationStream, LoggerOptions } from 'pino'
import type { FastifyBaseLogger, FastifyReply, FastifyRequest } from 'fastify'
import type { LogLevel } from '../config/config.ts'
import { pathOf } from '../errors/problem.ts'

/** Never written, wherever an object that holds them is logged. Payloads are not logged at all. */
const secrets = ['authorization', 'cookie', 'set-cookie', 'token', 'secret', 'password', 'payload', 'text']

/** The log of a server: JSON lines without secrets or payloads. Of a request it tells method, path (no query), address and id. */
export function createLog(level: LogLevel, logTo?: DestinationStream): FastifyBaseLogger {
  const options: LoggerOptions = {
    level,
    base: { pid: process.pid },
    redact: { paths: secrets.flatMap((name) => [`["${name}"]`, `*["${name}"]`, `*.*["${name}"]`]), censor: '[redacted]' },
    serializers: {
      req: (request: FastifyRequest) => ({ method: request.method, path: pathOf(request.raw?.url ?? request.url), address: request.ip }),
      res: (reply: FastifyReply) => ({ status: reply.statusCode }),
    },
  }
  return logTo === undefined ? pino(options) : pino(options, logTo)
}
