export interface Backoff {
  /** Before the first try after a connection that held, ms; twice as long before each further one. @defaultValue 500 */
  readonly firstMs?: number
  /** Never longer than this, ms. @defaultValue 15,000 */
  readonly longestMs?: number
}

/**
 * How long to wait before the next try: half of it fixed and half by chance, so that the clients of a server that came back do not all
 * come in the same moment.
 * @param failures tries that failed since a connection last held
 * @param chance 0…1
 */
export function waitBefore(failures: number, { firstMs = 500, longestMs = 15_000 }: Backoff, chance: number): number {
  const wholeMs = Math.min(longestMs, firstMs * 2 ** Math.min(failures, 20))
  return wholeMs / 2 + (wholeMs / 2) * chance
}
