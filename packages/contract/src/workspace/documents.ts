import { Type } from 'typebox'
import type { Static } from 'typebox'
import { Count, EpochMs, nullable, record } from '../primitives.ts'

export const DocumentId = Type.String({ pattern: '^[A-Za-z0-9_-]{1,64}$', description: '1–64 letters, digits, underscores or hyphens' })

const Title = Type.String({ minLength: 1, maxLength: 300 })
/** Path inside the imported folder, `/` between its parts; null for a document written here. */
const Path = nullable(Type.String({ maxLength: 1_024 }))
const Author = nullable(Type.String({ description: "the subject of the writer's token" }))

/** A new document in Markdown. */
export const NewDocument = record({ title: Title, text: Type.String({ description: 'Markdown' }) })
export type NewDocument = Static<typeof NewDocument>

export const DocumentCreated = record({ id: DocumentId })
export type DocumentCreated = Static<typeof DocumentCreated>

/** A document in a list: everything but its text. */
export const DocumentSummary = record({
  id: DocumentId,
  title: Type.String(),
  path: Path,
  version: Type.Integer({ minimum: 1 }),
  textBytes: Count,
  createdAtMs: EpochMs,
  updatedAtMs: EpochMs,
  updatedBy: Author,
})
export type DocumentSummary = Static<typeof DocumentSummary>

/** `total` counts what the whole list holds, also beyond this page. */
export const DocumentList = record({ documents: Type.Array(DocumentSummary), total: Count })
export type DocumentList = Static<typeof DocumentList>

/** A document with the text of its newest version. */
export const Document = record({
  id: DocumentId,
  title: Type.String(),
  path: Path,
  text: Type.String(),
  version: Type.Integer({ minimum: 1 }),
  createdAtMs: EpochMs,
  updatedAtMs: EpochMs,
  updatedBy: Author,
  watching: Type.Boolean({ description: "whether the token's subject is told of changes" }),
})
export type Document = Static<typeof Document>

export const DocumentVersion = record({
  version: Type.Integer({ minimum: 1 }),
  title: Type.String(),
  textBytes: Count,
  createdAtMs: EpochMs,
  author: Author,
})
export type DocumentVersion = Static<typeof DocumentVersion>

/** Newest first. */
export const DocumentVersions = record({ id: DocumentId, versions: Type.Array(DocumentVersion) })
export type DocumentVersions = Static<typeof DocumentVersions>

/** A version as it was. */
export const VersionText = record({
  id: DocumentId,
  version: Type.Integer({ minimum: 1 }),
  title: Type.String(),
  text: Type.String(),
  createdAtMs: EpochMs,
  author: Author,
})
export type VersionText = Static<typeof VersionText>

/** `version` is the one that the restored text becomes, or is already. */
export const DocumentRestored = record({ id: DocumentId, version: Type.Integer({ minimum: 1 }) })
export type DocumentRestored = Static<typeof DocumentRestored>

export const DocumentDeleted = record({ id: DocumentId })
export type DocumentDeleted = Static<typeof DocumentDeleted>

/** Whether the token's subject is told when a document changes. */
export const Watch = record({ id: DocumentId, watching: Type.Boolean() })
export type Watch = Static<typeof Watch>
