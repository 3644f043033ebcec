/** Where the monitor reads how caches are used: a CacheService fits. */
export interface CacheSource {
  /** Reads since the cache was made. `stale`: answered with an old value while a new one was loaded. */
  stats(): { readonly hits: number; readonly stale: number; readonly misses: number }
}

/** How caches of this process were read since the last time it was asked; a stale answer is an answer. */
export class CacheReads {
  readonly #sources: readonly CacheSource[]
  #before: { readonly hits: number; readonly misses: number }

  constructor(sources: readonly CacheSource[]) {
    this.#sources = sources
    this.#before = this.#total()
  }

  /** Undefined where there is no cache. */
  sinceLast(): { readonly hits: number; readonly misses: number } | undefined {
    if (this.#sources.length === 0) return undefined
    const before = this.#before
    this.#before = this.#total()
    return { hits: this.#before.hits - before.hits, misses: this.#before.misses - before.misses }
  }

  #total(): { readonly hits: number; readonly misses: number } {
    const all = this.#sources.map((source) => source.stats())
    return {
      hits: all.reduce((sum, { hits, stale }) => sum + hits + stale, 0),
      misses: all.reduce((sum, { misses }) => sum + misses, 0),
    }
  }
}
