import { setTimeout as pause } from 'node:timers/promises'
import { isMillraceError, MillraceError } from '../errors.ts'
import { resolveOptions } from '../options.ts'
import { parseUrl } from '../parse-url.ts'
import { makeClient } from './make-client.ts'
import { inspectServer } from './preflight.ts'
import { RedisStoreConnection } from './redis-connection.ts'
import { RedisLink } from './redis-link.ts'
import { PlainCall } from './store-call.ts'
import { takeProcessNumber } from './process-number.ts'
import type { ConnectionOptions, RedisConnection } from '../connection.ts'
import type { ResolvedOptions } from '../options.ts'
import type { RedisAddress } from '../parse-url.ts'
import type { Preflight } from './preflight.ts'

const patienceMs = 5_000

/**
 * Opens a Redis (≥ 7.0) or Valkey (≥ 7.2). See `connect`.
 *
 * @throws MillraceError OPTION_INVALID, STORE_UNREACHABLE, STORE_DENIED, STORE_TOO_OLD, STORE_EVICTS
 */
export async function connectRedis(url: string, options: ConnectionOptions = {}): Promise<RedisConnection> {
  const resolved = resolveOptions(options)
  const address = parseUrl(url)
  if (address.kind !== 'redis') throw new MillraceError('OPTION_INVALID', 'url: this is no Redis; use connect().')
  let connection: RedisStoreConnection | undefined
  let denied: MillraceError | undefined
  const link = new RedisLink({
    store: address.description,
    commandTimeoutMs: resolved.commandTimeoutMs,
    callTimeoutMs: resolved.callTimeoutMs,
    makeClient: () => makeClient(address, 'millrace', resolved.commandTimeoutMs),
    onState: (state) => connection?.hearState(state),
    onDenied: (error) => {
      denied = error
      connection?.hearDenied(error)
    },
  })
  try {
    await untilUp(link, address, resolved, () => denied)
    const preflight = await preflightOf(link, address, resolved)
    const processNumber = await takeProcessNumber(link, resolved.prefix)
    for (const warning of preflight.warnings) resolved.log?.warn({ store: address.description }, warning)
    connection = new RedisStoreConnection({ link, address, options: resolved, preflight, processNumber })
    return connection
  } catch (error) {
    link.close()
    if (isMillraceError(error, 'STORE_UNAVAILABLE')) throw unreachable(address, link)
    throw error
  }
}

async function untilUp(
  link: RedisLink,
  address: RedisAddress,
  options: ResolvedOptions,
  denied: () => MillraceError | undefined,
): Promise<void> {
  let untilMs = performance.now() + patienceMs
  while (!link.up) {
    const refused = denied()
    if (refused) throw refused
    if (performance.now() > untilMs) {
      if (!options.wait) throw unreachable(address, link)
      options.log?.warn({ store: address.description }, `${unreachable(address, link).message} Trying on.`)
      untilMs = performance.now() + patienceMs
    }
    await pause(10)
  }
}

async function preflightOf(link: RedisLink, address: RedisAddress, options: ResolvedOptions): Promise<Preflight> {
  const settings = (await link.call(new PlainCall('CONFIG', ['GET', 'appendfsync']), patienceMs).catch((error: unknown) => {
    if (isMillraceError(error, 'STORE_UNAVAILABLE')) throw error
    return []
  })) as string[]
  const { allowEviction } = options
  return inspectServer({ info: link.info, appendfsync: settings[1], allowEviction, store: address.description })
}

function unreachable(address: RedisAddress, link: RedisLink): MillraceError {
  const message = `${address.description} does not answer (${link.lastFailure}); check that it runs and that the address is right.`
  return new MillraceError('STORE_UNREACHABLE', message)
}
