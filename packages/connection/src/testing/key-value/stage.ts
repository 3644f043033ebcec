import type { KeyValue } from '../../key-value.ts'

/** What the rules play on; each test has a room of its own. */
export interface KeyValueStage {
  readonly room: KeyValue
  /** The same room as another process sees it. */
  readonly elsewhere: KeyValue
  /** Another room of the store. */
  readonly neighbour: KeyValue
}
