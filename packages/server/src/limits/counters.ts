import type { Connection } from '@millrace/connection'
import { RateLimiterMemory, RateLimiterRedis, RateLimiterRes } from 'rate-limiter-flexible'
import { windowSeconds } from './policies.ts'
import type { LimitedPolicy } from './policies.ts'

/** A shared counter that does not answer within this is done without, ms: a request never waits longer for being counted. */
const storeDeadlineMs = 500
/** For so long after the store failed to count, each process counts alone, ms. */
const aloneMs = 1_000

/** Where a client stands in its window. */
export interface Standing {
  /** False: this request is one too many. */
  readonly allowed: boolean
  /** Requests left in the window. */
  readonly left: number
  /** How long the window lasts still, ms. */
  readonly resetMs: number
}

/** Counts the requests of one policy by client. */
export interface Counter {
  /** Counts a request, a refused one too. Never rejects. */
  take(client: string): Promise<Standing>
  /** Takes a counted request back. Never rejects. */
  giveBack(client: string): Promise<void>
}

/**
 * Counts on Redis for all processes of the store. While it does not answer, each process counts for itself from nothing, so
 * that a client still has a limit: at most once more the budget in each process. The embedded file has one process, which counts
 * in memory.
 */
export function createCounter(connection: Connection, policy: LimitedPolicy, limit: number): Counter {
  const options = { points: limit, duration: windowSeconds, keyPrefix: policy }
  const memory = new RateLimiterMemory(options)
  const limiter =
    connection.kind === 'embedded'
      ? memory
      : new RateLimiterRedis({ ...options, storeClient: lend(connection), useRedisPackage: true, insuranceLimiter: memory })
  return {
    take: (client) =>
      limiter.consume(client).then(
        (result) => standingOf(result, true),
        (refusal: unknown) => {
          if (refusal instanceof RateLimiterRes) return standingOf(refusal, false)
          throw refusal
        },
      ),
    giveBack: async (client) => void (await limiter.reward(client)),
  }
}

function standingOf(result: RateLimiterRes, allowed: boolean): Standing {
  return { allowed, left: result.remainingPoints, resetMs: Math.max(0, result.msBeforeNext) }
}

/**
 * The client the library asks for, as far as it uses one: its single script is a verb of the key-value port, which runs on the
 * connection there is, with a deadline. So no second pool of sockets, and none that hangs.
 */
function lend(connection: Connection) {
  const counters = connection.keyValue('limits', { callTimeoutMs: storeDeadlineMs })
  let aloneUntilMs = 0
  return {
    async eval(_script: string, { keys, arguments: args }: { keys: readonly string[]; arguments: readonly string[] }) {
      if (!connection.connected || performance.now() < aloneUntilMs) throw new Error('the store does not answer')
      try {
        const { sum, leftMs } = await counters.count(keys[0] as string, Number(args[0]), { ttlMs: Number(args[1]) * 1_000 })
        return [sum, leftMs]
      } catch (error) {
        aloneUntilMs = performance.now() + aloneMs
        throw error
      }
    },
  }
}
