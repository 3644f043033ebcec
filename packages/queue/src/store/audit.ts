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

/** What is found in both stores: kind, sentence and remedy, worded once. */
export const findings = {
  /** @param consequence what it does to this store */
  claimsWithoutLease: (worker: string, consequence: string) => ({
    kind: 'claims-without-lease',
    what: `worker ${worker} holds messages and has no lease: ${consequence}`,
    remedy: 'give it a lease that has ended, so that its messages are given back as those of any dead worker',
  }),
  bodyWithoutPlace: (id: string) => ({
    kind: 'body-without-place',
    what: `message ${id} is stored and stands nowhere in its queue`,
    remedy: 'put it among the dead, to be redriven or purged',
  }),
  placeWithoutBody: (id: string, place: string) => ({
    kind: 'place-without-body',
    what: `message ${id} stands in ${place} and its record is gone: there is nothing to give to a handler`,
    remedy: 'take it out and count it as removed',
  }),
  restWithoutBody: (id: string, rests: string) => ({
    kind: 'rest-without-body',
    what: `${rests} of message ${id}, which is gone`,
    remedy: 'delete them',
  }),
  keyWithoutHolder: (key: string, id: string) => ({
    kind: 'key-without-holder',
    what: `the dedupe key ${key} is held by message ${id}, which has ended`,
    remedy: 'free the key',
  }),
} as const satisfies Record<string, (...names: never[]) => WordedFinding>

export type WordedFinding = Pick<Finding, 'kind' | 'what' | 'remedy'>
