import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { connect } from '@millrace/connection'
import { RedisProcess } from '@millrace/connection/testing'
import { routes } from '@millrace/contract'
import type { Role, Route, RouteName } from '@millrace/contract'
import { PerformanceMonitoringService } from '@millrace/monitor'
import { MessageQueueService } from '@millrace/queue'
import type { MessageQueueServiceOptions } from '@millrace/queue'
import type { LightMyRequestResponse } from 'fastify'
import { Value } from 'typebox/value'
import { expect } from 'vitest'
import { signToken } from './auth/sign-token.ts'
import { readConfig } from './config/read-config.ts'
import type { Environment } from './config/read-config.ts'
import { createLog } from './http/log.ts'
import { createServer } from './server.ts'
import type { ServerParts } from './server.ts'

export type StoreKind = 'embedded' | 'redis'

export interface Asked {
  readonly role?: Role | undefined
  readonly token?: string
  readonly body?: unknown
  readonly headers?: Record<string, string>
  /** Whom the socket comes from. @defaultValue 127.0.0.1 */
  readonly from?: string
}

/** No test but those of the limits should meet one. */
const noLimits = { performance: 1_000_000, queues: 1_000_000, workspace: 1_000_000, auth: 1_000_000, metrics: 1_000_000 }

interface HarnessOptions extends Pick<ServerParts, 'handlers' | 'errors' | 'pages' | 'limits'> {
  readonly environment?: Environment
  readonly queues?: MessageQueueServiceOptions['queues']
  /** @defaultValue a Redis of its own */
  readonly redis?: RedisProcess
  /** @defaultValue one nobody else uses */
  readonly prefix?: string
}

/** A server on a store of its own, with a queue service nobody works for, a token a role, and the lines it logged. */
export async function startHarness(kind: StoreKind, options: HarnessOptions = {}) {
  const directory = await mkdtemp(join(tmpdir(), 'millrace-server-'))
  const redis = kind === 'redis' ? (options.redis ?? (await RedisProcess.start())) : undefined
  const lines: string[] = []
  const log = createLog('trace', { write: (line: string) => void lines.push(line) })
  const environment = { DATA_DIR: directory, PORT: '0', ...(redis === undefined ? {} : { REDIS_URL: redis.url }), ...options.environment }
  const { prefix = `test-${crypto.randomUUID()}:`, handlers, errors, pages, limits = noLimits } = options
  const given = { ...(handlers && { handlers }), ...(errors && { errors }), ...(pages && { pages }) }
  const connection = await connect(redis?.url ?? `file:${directory}`, { prefix })
  const queues = new MessageQueueService({ connection, ...(options.queues === undefined ? {} : { queues: options.queues }) })
  const monitor = new PerformanceMonitoringService({ connection, queues })
  const server = await createServer(readConfig(environment), { ...given, limits, queues, monitor, connection, log })
  // Where tokens are only verified, a test brings its own.
  const tokenOf = async (subject: string, role: Role) =>
    server.auth.kind === 'secret' ? signToken(server.auth, { subject, role, ttlSeconds: 600 }) : ''
  const tokens = {
    viewer: await tokenOf('vera', 'viewer'),
    operator: await tokenOf('otto', 'operator'),
    admin: await tokenOf('ada', 'admin'),
  }
  let address: Promise<string> | undefined
  return {
    server,
    /** Where it listens; it begins to when it is asked first. */
    listening: () => (address ??= server.listen()),
    connection,
    queues,
    monitor,
    redis,
    lines,
    tokens,
    directory,
    /** Sends one request through the whole server but the socket. */
    ask(
      method: string,
      url: string,
      { role, token = role && tokens[role], body, headers, from }: Asked = {},
    ): Promise<LightMyRequestResponse> {
      return server.app.inject({
        method: method as 'GET',
        url,
        headers: { ...(token === undefined ? {} : { authorization: `Bearer ${token}` }), ...headers },
        ...(from === undefined ? {} : { remoteAddress: from }),
        ...(body === undefined ? {} : { payload: body as object }),
      })
    },
    /** Signs a browser in. */
    async signIn(token: string): Promise<string> {
      return cookieOf(await this.ask('POST', '/api/session', { body: { token } }))
    },
    async close() {
      await server.close()
      await queues.close()
      await connection.close()
      if (options.redis === undefined) await redis?.close()
      await rm(directory, { recursive: true, force: true })
    },
  }
}

export type Harness = Awaited<ReturnType<typeof startHarness>>

/** What a browser would send back of the cookie that an answer set. */
export function cookieOf(response: LightMyRequestResponse): string {
  expect(response.statusCode, response.body).toBe(201)
  const [pair = ''] = String(response.headers['set-cookie']).split(';')
  expect(pair).toMatch(/^(__Host-)?millrace-session=[\w-]+\.[\w-]+\.[\w-]+$/)
  return pair
}

/** The answer of an operation, once its status and every key of its shape were checked. */
export function answerOf<Answer>(name: RouteName, response: LightMyRequestResponse): Answer {
  const row: Route = routes[name]
  expect(response.statusCode, response.body).toBe(row.status)
  const answer: unknown = row.contentTypes === undefined ? response.json() : response.body
  expect(Value.Errors(row.answer, answer), response.body).toEqual([])
  return answer as Answer
}

/** Checks that a response is a whole problem and nothing else. */
export function problemOf(
  response: LightMyRequestResponse,
  status: number,
  code: string,
): { detail: string; errors?: { field: string; message: string }[] } {
  expect(response.statusCode, response.body).toBe(status)
  expect(response.headers['content-type']).toBe('application/problem+json')
  const problem = response.json<{ detail: string; errors?: { field: string; message: string }[] }>()
  expect(problem).toMatchObject({
    type: `urn:millrace:error:${code}`,
    title: expect.any(String),
    status,
    code,
    detail: expect.any(String),
    instance: expect.any(String),
  })
  return problem
}
