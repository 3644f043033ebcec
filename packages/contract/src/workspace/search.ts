import { Type } from 'typebox'
import type { Static } from 'typebox'
import { Count, EpochMs, nullable, oneOf, record } from '../primitives.ts'
import { DocumentId } from './documents.ts'

/** One document found. `snippet` is plain text around the best match; `marks` are the matches in it, [start, end) in UTF-16 units, ascending. */
export const SearchResult = record({
  id: DocumentId,
  title: Type.String(),
  path: nullable(Type.String()),
  snippet: Type.String(),
  marks: Type.Array(Type.Tuple([Count, Count])),
})
export type SearchResult = Static<typeof SearchResult>

/** Best match first; `total` counts all matches, also those beyond `limit`. */
export const SearchAnswer = record({ query: Type.String(), results: Type.Array(SearchResult), total: Count })
export type SearchAnswer = Static<typeof SearchAnswer>

/** Documents whose title has a word that begins so, best first. */
export const Suggestions = record({
  query: Type.String(),
  titles: Type.Array(record({ id: DocumentId, title: Type.String(), path: nullable(Type.String()) })),
})
export type Suggestions = Static<typeof Suggestions>

/** How far the search files are made anew; what they held serves meanwhile. `total` is 0 when that was never asked for. */
export const Reindex = record({
  state: oneOf(['idle', 'running']),
  done: Count,
  total: Count,
  startedBy: nullable(Type.String()),
  startedAtMs: nullable(EpochMs),
  finishedAtMs: nullable(EpochMs),
})
export type Reindex = Static<typeof Reindex>
