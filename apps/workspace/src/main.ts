/** `npm start`: the workspace with its server and its four queues, in one process. */
import { connect } from 'millrace'
import type { Connection } from 'millrace'
import {
  createLog,
  createServer,
  createSignInLink,
  endOnSignal,
  logLevelAt,
  readConfig,
  requireFreePort,
  sayFailure,
  signToken,
  storeLine,
  storeUrlOf,
} from 'millrace/server'
import type { Config, Server } from 'millrace/server'
import { workspaceErrors } from './errors.ts'
import { importOwnDocuments } from './own-documents.ts'
import { documentHandlers } from './routes/document-handlers.ts'
import { importHandlers } from './routes/import-handlers.ts'
import { inboxHandlers } from './routes/inbox-handlers.ts'
import { insightHandlers } from './routes/insight-handlers.ts'
import { readingHandlers } from './routes/reading-handlers.ts'
import { roomHandlers } from './routes/room-handlers.ts'
import { sampleHandlers } from './routes/sample-handlers.ts'
import { versionHandlers } from './routes/version-handlers.ts'
import { workspaceSite } from './site.ts'
import { startHelp } from './start-help.ts'
import { openWorkspace } from './workspace.ts'

const given = process.argv.slice(2)
if (given.length === 0) {
  await start().catch((error: unknown) => {
    sayFailure(error)
    process.exit(1)
  })
} else if (given.some((word) => word === '--help' || word === '-h')) process.stdout.write(startHelp)
else {
  process.stderr.write(
    `npm start takes no arguments, got ${given.join(' ')}; it is set up by variables, which npm start -- --help lists.\n`,
  )
  process.exitCode = 1
}

async function start(): Promise<void> {
  const config = readConfig()
  // Before a folder is made: who forgot that it runs already gets no second set of data.
  await requireFreePort(config)
  // Standard output is for what a person reads.
  const log = createLog(logLevelAt(process.stderr.isTTY, config.logLevel), process.stderr)
  const connection = await connect(storeUrlOf(config), { log })
  try {
    await serve(config, connection, log)
  } catch (error) {
    await connection.close()
    throw error
  }
}

async function serve(config: Config, connection: Connection, log: Server['log']): Promise<void> {
  const workspace = await openWorkspace({ connection, dataDir: config.dataDir, log })
  const handlers = {
    ...documentHandlers(workspace),
    ...importHandlers(workspace),
    ...inboxHandlers(workspace),
    ...insightHandlers(workspace),
    ...readingHandlers(workspace),
    ...roomHandlers(workspace),
    ...sampleHandlers(workspace),
    ...versionHandlers(workspace),
  }
  const sites = [workspaceSite]
  const server = await createServer(config, {
    connection,
    queues: workspace.queues,
    caches: [workspace.cache],
    log,
    errors: workspaceErrors,
    handlers,
    sites,
  })
  // The server first, so that nothing new comes while the handlers finish.
  endOnSignal(async () => {
    await server.close()
    await workspace.close()
    await connection.close()
  })
  const address = await server.listen()
  workspace.handle()
  await say(address, server, config)
  await importOwnDocuments({ ...workspace, keyValue: connection.keyValue('workspace'), log }).catch((error: unknown) => {
    log.warn({ err: error }, 'the own documents were not imported')
  })
}

async function say(address: string, server: Server, config: Config): Promise<void> {
  const { performance, queues } = config.rateLimits
  const lines = [
    ['Workspace', `${address}/`],
    ['Dashboard', `${address}/dashboard/`],
    ['Reference', `${address}/docs/`],
    ['Sign in', await signInLink(server, config.publicUrl ?? address)],
    ['Store', storeLine(server.connection)],
    ['Limits', `${performance} performance and ${queues} queue requests an address in 15 min: RATE_LIMIT_PERFORMANCE, RATE_LIMIT_QUEUES`],
    ['Import', 'npm run import -- <folder of Markdown>'],
  ]
  // A token in a file of logs outlives its reader.
  if (process.stdout.isTTY && server.auth.kind === 'secret') {
    const token = await signToken(server.auth, { subject: 'viewer', role: 'viewer', ttlSeconds: 3_600 })
    lines.push(['Try', `curl -H 'authorization: Bearer ${token}' ${address}/api/performance/queues`])
  }
  lines.push(['Stop', 'Ctrl-C'])
  process.stdout.write(`\n${lines.map(([name = '', value = '']) => `  ${name.padEnd(11)}${value}\n`).join('')}\n`)
}

/** For one browser, as admin, once; it belongs on a terminal and in no log. */
async function signInLink(server: Server, url: string): Promise<string> {
  return createSignInLink(server.connection, { url }).catch((error: unknown) => {
    server.log.warn({ err: error }, 'no link to sign in was made')
    return 'no link: the store did not answer; npx millrace sign-in makes one'
  })
}
