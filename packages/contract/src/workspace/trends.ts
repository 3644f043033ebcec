import { Type } from 'typebox'
import type { Static } from 'typebox'
import { DocumentId } from './documents.ts'
import { Count, record } from '../primitives.ts'

const counted = { documents: Count, words: Count, views: Count, searches: Count, mentions: Count }

/** What was counted on one day (UTC): documents stored, their words, views, searches and mentions. */
export const TrendDay = record({ day: Type.String({ pattern: '^\\d{4}-\\d{2}-\\d{2}$' }), ...counted })
export type TrendDay = Static<typeof TrendDay>

/** What the analytics queue counted: since ever, the last seven days oldest first, and the top ten of each list, most first. */
export const Trends = record({
  totals: record(counted),
  days: Type.Array(TrendDay),
  documents: Type.Array(record({ id: DocumentId, title: Type.String(), views: Count })),
  searches: Type.Array(record({ query: Type.String(), count: Count })),
})
export type Trends = Static<typeof Trends>
