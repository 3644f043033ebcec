import type { Store } from '../../store/store.ts'

/** What the contract needs of a store: fresh queues, and a clock it may set. */
export interface StoreHarness {
  /** A store on a queue nobody used before. */
  open(): Promise<Store>
  /** A second store on the queue opened last, as another process would have it. */
  store2(): Promise<Store>
  /** Moves the store's clock forward; between calls of this it stands still. Fractions of a ms count, down to a µs. */
  advance(ms: number): Promise<void> | void
  /** What the store's clock shows, ms since 1970 with µs as the fraction. */
  now(): number
  close(): Promise<void>
}
