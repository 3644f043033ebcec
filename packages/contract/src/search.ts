import { Type } from 'typebox'
import type { Static } from 'typebox'
import { DocumentId } from './documents.ts'
import { Count, nullable, record } from './primitives.ts'

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
