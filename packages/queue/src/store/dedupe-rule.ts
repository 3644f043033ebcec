/**
 * A key that one message of a queue holds at a time. Held until its message is first claimed (`started`), or until its end, whatever end
 * that is (`finished`), or for `windowMs` from its enqueue (`window`), which only an end without completion cuts short. A dead message
 * that is redriven takes its key again. A message that comes while its key is held is not stored.
 */
export interface DedupeRule {
  /** 1 to 128 printable ASCII characters without space. */
  readonly key: string
  readonly until: 'started' | 'finished' | 'window'
  /** 0 unless `until` is `window`. */
  readonly windowMs: number
  /**
   * A holder that waits (ready or scheduled, no suspect) gets this message's payload and options. It keeps its level and id, and its place,
   * unless this message is due in the future: then it is due at that time.
   */
  readonly replace: boolean
}
