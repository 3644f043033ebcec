import { Command } from 'commander'
import { connect } from '@millrace/connection'
import { createLog, createServer, createSignInLink, endOnSignal, logLevelAt, storeLine, storeUrlOf } from '@millrace/server'
import type { Config, Server } from '@millrace/server'
import { pairs, print } from './print.ts'
import { configOf, durationOption, withPlace } from './settings.ts'
import type { PlaceOptions } from './settings.ts'

interface ServeOptions extends PlaceOptions {
  readonly drain: number
  readonly json?: boolean
}

const after = `
Serves the dashboard, the interface and its reference for all queues of the store. It runs no handlers: those are your application's.
The log goes to standard error, in a terminal from warnings on (LOG_LEVEL). The sign-in link works once, within 30 minutes.

SIGTERM and Ctrl-C end it in order: /health/ready answers 503 so that a balancer sends nothing new (--drain), running requests finish
for up to 10 s, what was measured is stored. A second one ends it at once, with 1.

More variables: TRUST_PROXY, PUBLIC_URL, CORS_ORIGINS, RATE_LIMIT_PERFORMANCE, RATE_LIMIT_QUEUES, MILLRACE_ENV, APP_VERSION.

Examples:
  millrace serve
  REDIS_URL=redis://127.0.0.1:6379 PORT=8080 millrace serve
  HOST=0.0.0.0 PUBLIC_URL=https://queues.example.org TRUST_PROXY=10.0.0.0/8 millrace serve --drain 15s`

export function serveCommand(): Command {
  return withPlace(new Command('serve'))
    .description('Serves the dashboard and the interface for the queues of a Redis or an embedded file.')
    .addOption(
      durationOption('--drain <duration>', 'how long to be not ready but still answering after SIGTERM; Ctrl-C does not wait', {
        least: '0s',
        most: '1h',
        byDefault: '2s',
      }),
    )
    .option('--json', 'print the links and the settings as one line of JSON')
    .addHelpText('after', after)
    .action(async ({ drain, json, ...place }: ServeOptions) => serve(configOf(place), { drainMs: drain * 1_000, json: json === true }))
}

async function serve(config: Config, { drainMs, json }: { readonly drainMs: number; readonly json: boolean }): Promise<void> {
  const log = createLog(logLevelAt(process.stderr.isTTY, config.logLevel), process.stderr)
  const connection = await connect(storeUrlOf(config), { log })
  const close = async (server: Server | undefined, waitMs: number) => {
    await server?.close({ drainMs: waitMs })
    await connection.close()
  }
  const server = await createServer(config, { connection, log }).catch(async (error: unknown) => {
    await close(undefined, 0)
    throw error
  })
  endOnSignal((signal) => close(server, signal === 'SIGTERM' ? drainMs : 0))
  const address = await server.listen().catch(async (error: unknown) => {
    await close(server, 0)
    throw error
  })
  const url = config.publicUrl ?? address
  const signIn = await createSignInLink(connection, { url })
  const { performance, queues } = config.rateLimits
  if (json) {
    const { description, kind, durability } = connection
    const told = { url, listening: address, dashboard: `${url}/dashboard/`, signIn, store: { kind, description, durability } }
    return print(`${JSON.stringify({ ...told, rateLimits: config.rateLimits })}\n`)
  }
  await print(
    `\n${pairs([
      ['Dashboard', `${url}/dashboard/`],
      ['Sign in', signIn],
      ['Reference', `${url}/docs/`],
      ['Store', storeLine(connection)],
      [
        'Limits',
        `${performance} performance and ${queues} queue requests an address in 15 min (RATE_LIMIT_PERFORMANCE, RATE_LIMIT_QUEUES)`,
      ],
      ['Stop', 'Ctrl-C'],
    ])}\n`,
  )
}
