import { setTimeout as pause } from 'node:timers/promises'
import { isMillraceError, MillraceError } from '../errors.ts'
import { resolveOptions } from '../options.ts'
import { EmbeddedStoreConnection } from './embedded-connection.ts'
import { isAlive, isThisProcess, readOwner, writeOwner } from './owner-file.ts'
import { makeStoreFolder } from './store-folder.ts'
import { StoreLink } from './store-link.ts'
import { LocalChannels } from '../local-channels.ts'
import type { ConnectionOptions, EmbeddedConnection } from '../connection.ts'
import type { StoreFolder } from './store-folder.ts'

const waitMs = 1_000

/**
 * Opens the embedded store: `<directory>/millrace.db`, made where it is missing. One process has a file, through one connection; a
 * file left behind by a killed process opens at once. `millrace.pid` beside it says who has it.
 *
 * `durability` 'crash-safe' (default): an answered call survives the end of this process; the log is synced within a second, so a power
 * cut takes at most the last second or two. 'power-safe': synced before the answer. `wait`: while another process has the file, try
 * again each second, as a new release does that starts before the old one has ended.
 *
 * @throws MillraceError OPTION_INVALID, STORE_PATH_INVALID, STORE_IN_USE (`details.pid`), STORE_CORRUPT, STORE_FULL, STORE_UNREACHABLE
 */
export async function connectEmbedded(directory: string, options: ConnectionOptions = {}): Promise<EmbeddedConnection> {
  resolveOptions(options)
  for (;;) {
    try {
      return await connectOnce(directory, options)
    } catch (error) {
      if (!options.wait || !isMillraceError(error, 'STORE_IN_USE') || error.details['thisProcess'] === true) throw error
      options.log?.warn({ err: error }, error.message)
      await pause(waitMs)
    }
  }
}

async function connectOnce(directory: string, options: ConnectionOptions): Promise<EmbeddedConnection> {
  const folder = makeStoreFolder(directory)
  const owner = readOwner(folder.ownerFile)
  if (owner && isThisProcess(owner)) {
    throw new MillraceError(
      'STORE_IN_USE',
      `The store in ${folder.directory} is already open in this process (${owner.pid}); share that connection.`,
      {
        details: { pid: owner.pid },
      },
    )
  }
  const channels = new LocalChannels(options.log)
  let connection: EmbeddedStoreConnection | undefined
  const durability = options.durability ?? 'crash-safe'
  const link = new StoreLink(
    { file: folder.file, durability },
    {
      published: (channel, text) => channels.publish(channel, text),
      down: (error) => connection?.hearDown(error),
      threw: (error) => options.log?.error({ err: error }, 'a listener of a pulse threw'),
      exit: () => connection?.forget(),
    },
  )
  try {
    const opened = await link.opened()
    writeOwner(folder.ownerFile)
    connection = new EmbeddedStoreConnection({ link, channels, folder, opened, durability, options })
    return connection
  } catch (error) {
    await link.close()
    if (isMillraceError(error, 'STORE_IN_USE')) throw await inUse(folder, error)
    throw error
  }
}

/** The other process may have the lock and not yet have written its name. */
async function inUse(folder: StoreFolder, cause: unknown): Promise<MillraceError> {
  for (let tries = 0; tries < 20; tries++) {
    const owner = readOwner(folder.ownerFile)
    if (owner && isAlive(owner)) return refusal(`process ${owner.pid}`, owner.pid)
    await pause(25)
  }
  const owner = readOwner(folder.ownerFile)
  return owner ? refusal(`another process (${owner.pid} on ${owner.host})`, owner.pid) : refusal('another process', null)

  function refusal(who: string, pid: number | null): MillraceError {
    const message = `The store in ${folder.directory} is in use by ${who}; an embedded store belongs to one process. End that one, or use Redis.`
    return new MillraceError('STORE_IN_USE', message, { cause, details: { pid } })
  }
}
