import { Type } from 'typebox'
import type { Static } from 'typebox'
import { Count, EpochMs, nullable, oneOf, record } from '../primitives.ts'

export const ImportId = Type.String({ pattern: '^[A-Za-z0-9_-]{1,64}$', description: '1–64 letters, digits, underscores or hyphens' })

export const SkipReason = oneOf(['too-large', 'too-many', 'not-markdown', 'not-text', 'empty', 'bad-path', 'duplicate', 'cut-off'])
export type SkipReason = Static<typeof SkipReason>

/** A file that was left out; the rest of the import goes on. */
export const SkippedFile = record({
  path: Type.String({ maxLength: 1_024 }),
  reason: SkipReason,
  detail: Type.String({ description: 'what is wrong and what is allowed' }),
})
export type SkippedFile = Static<typeof SkippedFile>

/** A file that was taken in and never became a document that search finds; its message is dead, or was removed. */
export const FailedFile = record({
  path: Type.String({ maxLength: 1_024 }),
  reason: Type.String({ description: 'why its message was given up, or what to do' }),
})
export type FailedFile = Static<typeof FailedFile>

/**
 * An import as it stands. Over when every accepted file is stored and indexed, has failed, or was cancelled; it is then `done`, or
 * `interrupted` where the upload broke off, so that files may be missing: the same files sent again under the same id make it whole.
 */
export const ImportProgress = record({
  id: ImportId,
  state: oneOf(
    ['receiving', 'processing', 'done', 'interrupted', 'cancelled'],
    '`receiving`: the upload goes on; `processing`: what came is received, the queues work; `interrupted`: they are through, and the upload had broken off',
  ),
  counts: record({
    received: Count,
    skipped: Count,
    accepted: Count,
    /** Including those of `unchanged`. */
    stored: Count,
    /** Files whose text the workspace had already. */
    unchanged: Count,
    indexed: Count,
    mentions: Count,
    failed: Count,
    cancelled: Count,
  }),
  skipped: Type.Array(SkippedFile, { description: 'the first 1,000; counts.skipped has them all' }),
  failed: Type.Array(FailedFile, { description: 'the first 1,000; counts.failed has them all' }),
  startedBy: nullable(Type.String()),
  createdAtMs: EpochMs,
  finishedAtMs: nullable(EpochMs),
})
export type ImportProgress = Static<typeof ImportProgress>

/** The upload was read to its end. The queues go on; follow them with GET. */
export const ImportAccepted = record({ id: ImportId, received: Count, accepted: Count, skipped: Count })
export type ImportAccepted = Static<typeof ImportAccepted>
