/** What does not fit together in what is kept of a queue. No call of this library brings any of it about: deleted keys, a restored file or a lost write do. */
export type FindingKind =
  | 'body-without-place'
  | 'place-without-body'
  | 'rest-without-body'
  | 'grave-without-dead'
  | 'key-without-holder'
  | 'claims-without-lease'
  | 'counter-off'
  | 'file-damaged'

export interface Finding {
  readonly kind: FindingKind
  /** A message, a worker, a dedupe key or a counter. */
  readonly subject: string
  /** A sentence: what is wrong. */
  readonly what: string
  /** What mending does, or did; null: it cannot be mended here. */
  readonly remedy: string | null
  readonly mended: boolean
}

export interface AuditSlice {
  readonly findings: readonly Finding[]
  /** Where the next slice begins; null at the end. */
  readonly next: string | null
}

/** Looks through all that is kept of one queue, slice by slice, each of them atomic and bounded, while the queue works on. */
export interface Auditor {
  /** @param cursor null begins. @param repair mends what is found, in the same call */
  slice(cursor: string | null, repair: boolean): Promise<AuditSlice>
}
