import { existsSync } from 'node:fs'
import { connect, isMillraceError, MillraceError } from '@millrace/connection'
import { Queue, queueNames } from '@millrace/queue'
import type { QueueStats } from '@millrace/queue'
import { resolveAuth, signToken, storeUrlOf } from '@millrace/server'
import type { Config } from '@millrace/server'
import { addressOf } from './settings.ts'

/** Every queue of a store, as it is now. */
export interface QueueSource {
  /** Where the figures come from, for a person. */
  readonly description: string
  /** By name. */
  list(): Promise<readonly QueueStats[]>
  close(): Promise<void>
}

/** Reads the store itself; an embedded file that a server has open is read through that server. */
export async function reachQueues(config: Config): Promise<QueueSource> {
  // To look must not make one.
  if (config.redisUrl === null && !existsSync(config.dataDir)) {
    throw new MillraceError('STORE_PATH_INVALID', `There is no store in ${config.dataDir}. Set REDIS_URL, or DATA_DIR to its folder.`)
  }
  try {
    return await fromStore(config)
  } catch (error) {
    if (!isMillraceError(error, 'STORE_IN_USE')) throw error
    return fromServer(config, error)
  }
}

async function fromStore(config: Config): Promise<QueueSource> {
  const connection = await connect(storeUrlOf(config))
  const queues = new Map<string, Queue>()
  const queueOf = (name: string) => {
    const queue = queues.get(name) ?? new Queue(name, { connection })
    queues.set(name, queue)
    return queue
  }
  return {
    description: connection.description,
    async list() {
      const names = (await queueNames(connection)).toSorted((one, other) => (one < other ? -1 : 1))
      return Promise.all(names.map((name) => queueOf(name).stats()))
    },
    async close() {
      await Promise.all([...queues.values()].map((queue) => queue.close()))
      await connection.close()
    },
  }
}

async function fromServer(config: Config, inUse: MillraceError): Promise<QueueSource> {
  const address = addressOf(config)
  const auth = await resolveAuth(config)
  return {
    description: address,
    async list() {
      const token = await signToken(auth, { subject: 'cli', role: 'viewer', ttlSeconds: 60 })
      const response = await fetch(`${address}/api/performance/queues`, {
        headers: { authorization: `Bearer ${token}` },
        signal: AbortSignal.timeout(10_000),
      }).catch((error: unknown) => {
        throw new MillraceError(
          'STORE_IN_USE',
          `${inUse.message} No server answers at ${address} either; set HOST and PORT to where it listens.`,
          {
            cause: error,
          },
        )
      })
      const answer = (await response.json().catch(() => ({}))) as { readonly queues?: readonly QueueStats[]; readonly detail?: string }
      if (response.ok && Array.isArray(answer.queues)) return answer.queues
      throw new MillraceError(
        'STORE_IN_USE',
        `${inUse.message} The server at ${address} refused: ${answer.detail ?? `status ${response.status}`}`,
      )
    },
    close: async () => undefined,
  }
}
