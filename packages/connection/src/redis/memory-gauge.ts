import { parseInfo } from './redis-link.ts'
import { PlainCall } from './store-call.ts'
import type { RedisLink, ServerInfo } from './redis-link.ts'

const everyMs = 1_000
/** A figure older than this is none. */
const staleMs = 10_000
/** Of the machine's memory, where the server has no limit of its own. */
const systemShare = 0.8

export interface MemoryFigures {
  readonly usedBytes: number
  /** `maxmemory`, else the machine's memory. */
  readonly maxBytes: number
  /** Which of them `maxBytes` is. */
  readonly limit: 'maxmemory' | 'system'
  /** What is counted against the limit / the limit. */
  readonly fillRatio: number
  /** The server's `maxmemory-policy` at this moment. */
  readonly policy: string | undefined
}

/** Reads the server's memory figures each second, one `INFO memory` each (≈ 20 µs of the server). */
export class MemoryGauge {
  readonly #link: RedisLink
  readonly #timer: NodeJS.Timeout
  #figures: MemoryFigures | undefined
  #readAtMs = -Infinity
  #asking = false

  constructor(link: RedisLink) {
    this.#link = link
    this.#read(link.info)
    this.#timer = setInterval(() => void this.#ask(), everyMs)
    this.#timer.unref()
  }

  /** Undefined while unknown: the store is away, or INFO is not allowed. */
  get figures(): MemoryFigures | undefined {
    return performance.now() - this.#readAtMs < staleMs ? this.#figures : undefined
  }

  close(): void {
    clearInterval(this.#timer)
  }

  async #ask(): Promise<void> {
    if (this.#asking || !this.#link.up) return
    this.#asking = true
    try {
      this.#read(parseInfo(String(await this.#link.call(new PlainCall('INFO', ['memory']), staleMs))))
    } catch {
      // No figures is what the caller then sees.
    } finally {
      this.#asking = false
    }
  }

  #read(info: ServerInfo): void {
    const used = Number(info.get('used_memory'))
    const max = Number(info.get('maxmemory'))
    const system = Number(info.get('total_system_memory'))
    const limit = max > 0 ? max : system * systemShare
    if (!Number.isFinite(used) || !(limit > 0)) return
    const counted = used - Number(info.get('mem_not_counted_for_evict') ?? 0)
    this.#figures = {
      usedBytes: used,
      maxBytes: max > 0 ? max : system,
      limit: max > 0 ? 'maxmemory' : 'system',
      fillRatio: counted / limit,
      policy: info.get('maxmemory_policy'),
    }
    this.#readAtMs = performance.now()
  }
}
