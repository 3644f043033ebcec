import { Bury } from 'millrace'
import type { BatchOutcome, Message } from 'millrace'
import { authorsOf } from '../documents/authors.ts'
import { asObject, countsField, textField, textsField, wholeField } from './payload.ts'
import type { DocumentUse } from '../trends/document-activity.ts'
import type { Activity } from '../trends/trends.ts'
import type { Rooms } from './rooms.ts'

interface Told {
  readonly activity: Activity
  readonly uses: readonly DocumentUse[]
}

/** Counts a whole batch by one write, and one a document. What cannot be read is buried by itself; the others are counted. */
export async function countActivity(rooms: Rooms, messages: readonly Message[]): Promise<BatchOutcome[]> {
  const readable: Told[] = []
  const outcomes = messages.map((message) => {
    try {
      readable.push(readActivity(message))
      return undefined
    } catch (error) {
      return error as Error
    }
  })
  await rooms.trends.count(readable.map(({ activity }) => activity))
  await rooms.documentActivity.count(readable.flatMap(({ uses }) => uses))
  return outcomes
}

function readActivity(message: Message): Told {
  const { id, createdAtMs: atMs } = message
  const fields = asObject(message.payload)
  if (fields['kind'] === 'stored') {
    const counts = { documents: 1, words: wholeField(fields, 'words', 0), mentions: wholeField(fields, 'mentions', 0) }
    const editors = authorsOf(textField(fields, 'by', 256, 0))
    return {
      activity: { id, atMs, counts },
      uses: editors.length === 0 ? [] : [{ id, atMs, documentId: textField(fields, 'documentId', 64), editors }],
    }
  }
  if (fields['kind'] !== 'used') throw new Bury("`kind` must be 'stored' or 'used'")
  const views = countsField(fields, 'views')
  const searches = countsField(fields, 'searches')
  const readers = asObject(fields['readers'] ?? {})
  return {
    activity: { id, atMs, counts: { views: total(views), searches: total(searches) }, views, searches },
    uses: Object.keys(readers).map((documentId) => ({ id, atMs, documentId, readers: textsField(readers, documentId, 256) })),
  }
}

function total(counts: Record<string, number>): number {
  return Object.values(counts).reduce((sum, count) => sum + count, 0)
}
