/** What a document says, leads to, has caused and is worth to its readers. */
import { Type } from 'typebox'
import type { Static } from 'typebox'
import { Count, EpochMs, Level, nullable, oneOf, QueueName, record } from '../primitives.ts'
import { DocumentId } from './documents.ts'

const Version = Type.Integer({ minimum: 1 })
const Day = Type.String({ pattern: '^\\d{4}-\\d{2}-\\d{2}$', description: 'UTC' })

/** A heading, in the order of the text. `anchor` is the id of the heading in the HTML. */
export const Heading = record({ level: Type.Integer({ minimum: 1, maximum: 6 }), text: Type.String(), anchor: Type.String() })
export type Heading = Static<typeof Heading>

/** HTML that may be put into a page as it is: what was HTML in the text is shown as text, and no link runs anything. */
export const Rendered = record({
  id: DocumentId,
  version: Version,
  html: Type.String(),
  outline: Type.Array(Heading),
  truncated: Type.Boolean({ description: 'the text is longer than what is drawn' }),
})
export type Rendered = Static<typeof Rendered>

/** A link of a document to another one: `written` as `[[Title]]` or as a path. */
export const DocumentLink = record({
  written: Type.String(),
  title: Type.String({ description: 'of the document it leads to, or what is written while there is none' }),
  id: nullable(DocumentId),
})
export type DocumentLink = Static<typeof DocumentLink>

/** A document that links here. `snippet` is the line that the link stands in, as plain text. */
export const Backlink = record({ id: DocumentId, title: Type.String(), snippet: Type.String() })
export type Backlink = Static<typeof Backlink>

/** `links` in the order of the text, each target once; `backlinks` by title. */
export const DocumentLinks = record({ id: DocumentId, links: Type.Array(DocumentLink), backlinks: Type.Array(Backlink) })
export type DocumentLinks = Static<typeof DocumentLinks>

/** A message that a version of a document caused. `state` as its queue has it now; `removed`: the queue keeps it no more. `finishedAtMs` to a tenth of a second. */
export const CausedMessage = record({
  queue: QueueName,
  id: Type.String(),
  name: Type.String(),
  level: nullable(Level),
  state: oneOf(['scheduled', 'ready', 'active', 'completed', 'dead', 'removed']),
  enqueuedAtMs: nullable(EpochMs),
  finishedAtMs: nullable(EpochMs),
  cause: record({ version: Version, author: Type.String() }),
})
export type CausedMessage = Static<typeof CausedMessage>

/** Those of the newest versions, newest version first. */
export const DocumentMessages = record({ id: DocumentId, messages: Type.Array(CausedMessage) })
export type DocumentMessages = Static<typeof DocumentMessages>

/** Of the last 30 days: `readers` and `editors` count people once, `days` each day's, oldest first, those without activity too. */
export const DocumentActivity = record({
  id: DocumentId,
  readers: Count,
  edits: Count,
  days: Type.Array(record({ day: Day, readers: Count, edits: Count })),
  editors: Type.Array(record({ name: Type.String(), edits: Count })),
})
export type DocumentActivity = Static<typeof DocumentActivity>
