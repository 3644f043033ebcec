import { readFileSync } from 'node:fs'
import helmet from '@fastify/helmet'
import multipart from '@fastify/multipart'
import { MillraceError, requireConnection } from '@millrace/connection'
import type { Connection, Log } from '@millrace/connection'
import { routes } from '@millrace/contract'
import type { Route, RouteName } from '@millrace/contract'
import { PerformanceMonitoringService } from '@millrace/monitor'
import type { PerformanceMonitoringServiceOptions } from '@millrace/monitor'
import type { MessageQueueService } from '@millrace/queue'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { AuthOptions } from './auth/auth-options.ts'
import { Gate, guard } from './auth/guard.ts'
import { createVerifier } from './auth/verifier.ts'
import { replyWithProblem } from './errors/error-handler.ts'
import type { ErrorRows } from './errors/problem.ts'
import { allowOrigins } from './http/cors.ts'
import type { Handlers } from './http/handler.ts'
import { isHttps } from './http/is-https.ts'
import { readJsonBodies } from './http/json-body.ts'
import { registerRoutes } from './http/register-routes.ts'
import { refuseUnrouted, registerUnknownRoutes } from './http/unknown-routes.ts'
import { defaultLimits } from './limits/policies.ts'
import type { Limits } from './limits/policies.ts'
import { RateLimits } from './limits/rate-limits.ts'
import { OpenSockets } from './sockets/open-sockets.ts'
import { enableSockets } from './sockets/register-socket.ts'
import { openApiDocument } from './openapi/document.ts'
import { registerDocs } from './openapi/register-docs.ts'
import { EventStreams } from './stream/event-streams.ts'
import { ownPages } from './pages/page.ts'
import type { Pages } from './pages/page.ts'
import { registerPages } from './pages/register-pages.ts'
import { dashboardSite, registerSite } from './pages/site.ts'
import type { Site } from './pages/site.ts'
import { recordScope } from './recording/record-requests.ts'
import { healthHandlers } from './routes/health.ts'
import { messageHandlers } from './routes/messages.ts'
import { performanceHandlers } from './routes/performance.ts'
import { queueActionHandlers } from './routes/queue-actions.ts'
import { QueueDirectory } from './routes/queue-directory.ts'
import { queueHandlers } from './routes/queues.ts'
import { sessionHandlers } from './routes/session.ts'
import { OwnAddress } from './sessions/own-address.ts'
import { SessionCookie } from './sessions/session-cookie.ts'
import { sessionRoom, Sessions } from './sessions/sessions.ts'

export interface PluginOptions {
  readonly connection: Connection
  /** The application's queues. Left out, the queues that other processes of the store made are served alike. */
  readonly queues?: MessageQueueService
  /** Where figures are kept and read; started and closed by who made it. @defaultValue one of the plugin's own, started and closed with it */
  readonly monitor?: PerformanceMonitoringService
  /** Caches whose reads the plugin's own monitor counts. @defaultValue none */
  readonly caches?: PerformanceMonitoringServiceOptions['caches']
  /** How tokens are verified; without one nothing is served. */
  readonly auth: AuthOptions
  /** Handlers of an application's own for operations of the table, such as those of the workspace. */
  readonly handlers?: Handlers
  /** Rows for the codes those handlers throw. */
  readonly errors?: ErrorRows
  /** Pages beside, or instead of, those of the server. */
  readonly pages?: Pages
  /** Built sites beside the dashboard; a path of theirs wins over a page of the server: `/` is meant to be replaced. */
  readonly sites?: readonly Site[]
  /** Origins of other sites whose pages may call with a bearer token. @defaultValue none */
  readonly corsOrigins?: readonly string[]
  /** Requests that are allowed in 15 minutes, by policy. 1…1,000,000. @defaultValue performance 50, queues 200, workspace 3,000, auth 60, metrics 120 */
  readonly limits?: Partial<Limits>
  /** Asked by /health/ready, which answers 503 while it is true: the process is about to end and wants no new clients. @defaultValue never */
  readonly isDraining?: () => boolean
  /**
   * The origin at which browsers reach the server, the only one beside this machine's own names where a signed-in browser is let in.
   * With https its cookie travels encrypted only, and browsers are told to insist on it. @defaultValue none
   */
  readonly publicUrl?: string
  /** The name or address the server listens on; browsers are let in there too. @defaultValue none */
  readonly host?: string
}

/**
 * The interface as a Fastify plugin: `app.register(millracePlugin, { prefix: '/queues', connection, queues, auth })`.
 * Everything it adds (guard, error answers, headers, body parsing) holds for its own routes only.
 * @throws MillraceError OPTION_INVALID  nothing was registered
 */
export async function millracePlugin(app: FastifyInstance, options: PluginOptions): Promise<void> {
  await mount(app, options, await createGate({ ...options, log: app.log }))
}

/** The plugin for an application that is ours alone: it also answers what matches no route. */
export async function standalonePlugin(app: FastifyInstance, options: PluginOptions & { readonly gate: Gate }): Promise<void> {
  const served = await mount(app, options, options.gate)
  app.setNotFoundHandler({}, (request: FastifyRequest, reply: FastifyReply) => refuseUnrouted(request, reply, served))
}

type GateOptions = Pick<PluginOptions, 'auth' | 'connection' | 'limits' | 'publicUrl' | 'host'> & { readonly log?: Log }

/** @throws MillraceError OPTION_INVALID for a key that cannot verify safely or a connection that is none, SECRET_UNUSABLE, STORE_UNAVAILABLE */
export async function createGate({ auth, connection, limits, publicUrl, host, log }: GateOptions): Promise<Gate> {
  requireConnection('millracePlugin', connection)
  return new Gate({
    verifier: createVerifier(auth, log),
    sessions: await Sessions.open(auth, connection),
    cookie: new SessionCookie(isHttps(publicUrl)),
    address: new OwnAddress({ publicUrl, host }),
    limits: new RateLimits(connection, { ...defaultLimits, ...limits }),
  })
}

const { version } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')) as { readonly version: string }

async function mount(app: FastifyInstance, options: PluginOptions, gate: Gate) {
  app.setErrorHandler((error, request, reply) => replyWithProblem(error, request, reply, options.errors))
  await app.register(helmet, headersOf(isHttps(options.publicUrl)))
  if (!app.hasRequestDecorator('parts')) await app.register(multipart)
  readJsonBodies(app)
  refuseWhileClosing(app)
  allowOrigins(app, options.corsOrigins ?? [])
  // Before the guard: what it turns away has a socket to be ended as well.
  if (Object.keys(options.handlers ?? {}).some((name) => (routes[name as RouteName] as Route).websocket)) await enableSockets(app)
  guard(app, gate)
  gate.limits.giveBackUnchanged(app)
  const directory = new QueueDirectory(options.connection, options.queues)
  app.addHook('onClose', () => directory.close())
  const monitor = options.monitor ?? (await ownMonitor(app, options, directory))
  recordScope(app, monitor)
  const streams = new EventStreams(gate.sessions)
  app.addHook('preClose', async () => streams.close())
  const sockets = new OpenSockets(gate.sessions, app.log)
  app.addHook('preClose', () => sockets.close())
  const own = { ...ownHandlers(options, directory, gate), ...performanceHandlers({ monitor, connection: options.connection, directory }) }
  const rows = registerRoutes(app, { ...own, ...options.handlers }, { gate, streams, sockets, connection: options.connection })
  const sites = [dashboardSite, ...(options.sites ?? [])]
  const home = options.sites?.some(({ paths }) => paths.includes('/')) === true ? `${app.prefix}/` : ''
  const pages = registerPages(app, pagesBeside(sites, options.pages), rows, home)
  const docs = await registerDocs(app, openApiDocument(rows, { prefix: app.prefix, version, cookie: gate.cookie.name }))
  const served = [...rows, ...pages, ...docs, ...sites.flatMap((site) => registerSite(app, site, home))]
  registerUnknownRoutes(app, served)
  return served
}

/** The pages that no site takes the place of. */
function pagesBeside(sites: readonly Site[], given: Pages = {}): Pages {
  const taken = new Set<string>(sites.flatMap(({ paths }) => paths))
  return Object.fromEntries(Object.entries({ ...ownPages(), ...given }).filter(([path]) => !taken.has(path)))
}

function ownHandlers({ connection, isDraining }: PluginOptions, directory: QueueDirectory, gate: Gate): Handlers {
  return {
    ...healthHandlers(connection, isDraining),
    ...queueHandlers(directory),
    ...queueActionHandlers(directory),
    ...messageHandlers(directory),
    ...sessionHandlers(gate, sessionRoom(connection)),
  }
}

/** Its first sample is there before the first request. */
async function ownMonitor(
  app: FastifyInstance,
  { connection, caches }: PluginOptions,
  queues: QueueDirectory,
): Promise<PerformanceMonitoringService> {
  const monitor = new PerformanceMonitoringService({ connection, queues, log: app.log, ...(caches && { caches }) })
  app.addHook('onClose', () => monitor.close())
  await monitor.start()
  return monitor
}

/** No inline script or style at all, nothing from elsewhere, no framing. */
function headersOf(https: boolean) {
  const self = ["'self'"]
  return {
    contentSecurityPolicy: {
      useDefaults: false,
      directives: {
        defaultSrc: ["'none'"],
        scriptSrc: self,
        styleSrc: self,
        imgSrc: ["'self'", 'data:'],
        fontSrc: self,
        connectSrc: self,
        formAction: self,
        baseUri: ["'none'"],
        frameAncestors: ["'none'"],
      },
    },
    xFrameOptions: { action: 'deny' as const },
    referrerPolicy: { policy: 'no-referrer' as const },
    strictTransportSecurity: https,
  }
}

/** Once close() began, requests on open connections are told to go elsewhere, and each answer ends its connection. */
function refuseWhileClosing(app: FastifyInstance): void {
  let closing = false
  app.addHook('preClose', async () => {
    closing = true
  })
  app.addHook('onRequest', async () => {
    if (closing) throw new MillraceError('SHUTTING_DOWN', 'This server is shutting down; try another or try again.')
  })
  app.addHook('onSend', async (_request, reply) => {
    if (closing) void reply.header('connection', 'close')
  })
}
