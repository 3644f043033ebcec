import { randomBytes } from 'node:crypto'
import type { AddressInfo } from 'node:net'
import { setTimeout as pause } from 'node:timers/promises'
import { connect } from '@millrace/connection'
import type { Connection } from '@millrace/connection'
import Fastify, { LogController } from 'fastify'
import type { FastifyBaseLogger, FastifyInstance } from 'fastify'
import type { AuthOptions } from './auth/auth-options.ts'
import { resolveAuth } from './auth/resolve-auth.ts'
import { claimSecret } from './auth/secret-claim.ts'
import { storeUrlOf } from './config/config.ts'
import type { Config } from './config/config.ts'
import { answerBrokenRequest, answerUndecodable } from './http/broken-request.ts'
import { isHttps } from './http/is-https.ts'
import { createLog } from './http/log.ts'
import { listenError } from './listen-error.ts'
import { createGate, standalonePlugin } from './plugin.ts'
import type { PluginOptions } from './plugin.ts'

/** What a server may be given instead of making it, and what it serves beyond its own. */
export interface ServerParts extends Pick<
  PluginOptions,
  'queues' | 'caches' | 'monitor' | 'handlers' | 'errors' | 'pages' | 'sites' | 'limits'
> {
  /** Kept open at close(). @defaultValue one to the store of the configuration, closed with the server */
  readonly connection?: Connection
  /** @defaultValue JSON lines to stdout at the configured level */
  readonly log?: FastifyBaseLogger
}

export interface Server {
  /** The Fastify application. */
  readonly app: FastifyInstance
  readonly connection: Connection
  /** How this server verifies tokens; `signToken` makes one that holds here. */
  readonly auth: AuthOptions
  readonly log: FastifyBaseLogger
  /**
   * Begins to accept requests.
   * @returns where: `http://127.0.0.1:3000`
   * @throws MillraceError PORT_IN_USE, HOST_UNUSABLE  nothing listens
   */
  listen(): Promise<string>
  /**
   * Is not ready but answers for `drainMs` (@defaultValue 0), so that a balancer sends nothing new; then stops accepting, lets running
   * requests finish for up to 10 s, and ends. Safe to call twice: the first call decides.
   */
  close(options?: { readonly drainMs?: number }): Promise<void>
}

/** Running requests get this long at close, ms. */
const closeDeadlineMs = 10_000
/** A request must have arrived whole after this, ms: long enough for the largest import over a slow line. */
const requestTimeoutMs = 30 * 60_000
const headersTimeoutMs = 15_000

/**
 * A server of its own: verifier, store, guard, routes and pages, ready to listen.
 * @throws MillraceError what `connect` throws, SECRET_UNUSABLE, SECRET_MISMATCH, OPTION_INVALID  nothing is left open
 */
export async function createServer(config: Config, parts: ServerParts = {}): Promise<Server> {
  const log = parts.log ?? createLog(config.logLevel)
  const auth = await resolveAuth(config)
  const connection = parts.connection ?? (await connect(storeUrlOf(config), { log }))
  const closing: (() => Promise<unknown>)[] = parts.connection === undefined ? [() => connection.close()] : []
  try {
    if (auth.kind === 'secret' && connection.kind === 'redis') {
      const generated = config.auth.kind === 'generated-secret'
      closing.unshift(await claimSecret({ keyValue: connection.keyValue('server'), secret: auth.secret, generated, log }))
    }
    const limits = { ...config.rateLimits, ...parts.limits }
    const at = { host: config.host, ...(config.publicUrl === null ? {} : { publicUrl: config.publicUrl }) }
    const gate = await createGate({ auth, connection, limits, log, ...at })
    const app = Fastify({
      // One of its own, so that its level can be another for a moment.
      loggerInstance: log.child({}),
      logController: new LogController({ disableRequestLogging: true }),
      // Unique beyond this process: the log of several servers is read as one.
      genReqId: () => randomBytes(5).toString('hex'),
      trustProxy: config.trustProxy.length === 0 ? false : [...config.trustProxy],
      requestTimeout: requestTimeoutMs,
      return503OnClosing: false,
      forceCloseConnections: 'idle',
      routerOptions: { maxParamLength: 256 },
      frameworkErrors: (error, request, reply) => void answerUndecodable(error, request, reply, gate),
      clientErrorHandler: answerBrokenRequest,
    })
    app.server.headersTimeout = headersTimeoutMs
    app.addHook('onResponse', async (request, reply) => {
      request.log.debug({ req: request, status: reply.statusCode, ms: Math.round(reply.elapsedTime) }, 'request')
    })
    const state = { draining: false }
    await app.register(standalonePlugin, {
      ...parts,
      ...at,
      isDraining: () => state.draining,
      connection,
      auth,
      gate,
      corsOrigins: config.corsOrigins,
    })
    await app.ready()
    return new RunningServer({ config, app, connection, auth, log, closing, state })
  } catch (error) {
    for (const close of closing) await close()
    throw error
  }
}

interface RunningParts extends Pick<Server, 'app' | 'connection' | 'auth' | 'log'> {
  readonly config: Config
  /** What ends with the server, in this order. */
  readonly closing: readonly (() => Promise<unknown>)[]
  readonly state: { draining: boolean }
}

class RunningServer implements Server {
  readonly app: FastifyInstance
  readonly connection: Connection
  readonly auth: AuthOptions
  readonly log: FastifyBaseLogger
  readonly #config: Config
  readonly #closing: readonly (() => Promise<unknown>)[]
  readonly #state: { draining: boolean }
  #closed: Promise<void> | undefined

  constructor({ config, app, connection, auth, log, closing, state }: RunningParts) {
    this.app = app
    this.connection = connection
    this.auth = auth
    this.log = log
    this.#config = config
    this.#closing = closing
    this.#state = state
  }

  async listen(): Promise<string> {
    const { host, port, publicUrl } = this.#config
    // Where it listens is for its caller to say, who may be talking to a person.
    const { level } = this.app.log
    this.app.log.level = 'silent'
    await this.app
      .listen({ host, port })
      .catch((error: unknown) => {
        throw listenError(error, host, port)
      })
      .finally(() => (this.app.log.level = level))
    if (!isLoopback(host) && !isHttps(publicUrl)) {
      this.log.warn(
        { host },
        'tokens travel in the clear: this server listens beyond this machine without TLS; put a proxy with TLS in front and set PUBLIC_URL to its https address',
      )
    }
    const bound = (this.app.server.address() as AddressInfo).port
    const shown = host === '0.0.0.0' ? '127.0.0.1' : host === '::' ? '[::1]' : host.includes(':') ? `[${host}]` : host
    return `http://${shown}:${bound}`
  }

  close({ drainMs = 0 }: { readonly drainMs?: number } = {}): Promise<void> {
    return (this.#closed ??= this.#close(drainMs))
  }

  async #close(drainMs: number): Promise<void> {
    this.#state.draining = true
    if (drainMs > 0 && this.app.server.listening) await pause(drainMs)
    const deadline = setTimeout(() => this.app.server.closeAllConnections(), closeDeadlineMs)
    await this.app.close().finally(() => clearTimeout(deadline))
    for (const close of this.#closing) await close()
  }
}

/** True for names and addresses that only this machine reaches. */
export function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || /^127(\.\d{1,3}){3}$/.test(host)
}
