import { Bury } from 'millrace'
import type { BatchOutcome, Message } from 'millrace'
import { asObject, countsField, wholeField } from './payload.ts'
import type { Activity } from '../trends/trends.ts'
import type { Rooms } from './rooms.ts'

/** Counts a whole batch by one write. What cannot be read is buried by itself; the others are counted. */
export async function countActivity(rooms: Rooms, messages: readonly Message[]): Promise<BatchOutcome[]> {
  const readable: Activity[] = []
  const outcomes = messages.map((message) => {
    try {
      readable.push(readActivity(message))
      return undefined
    } catch (error) {
      return error as Error
    }
  })
  await rooms.trends.count(readable)
  return outcomes
}

function readActivity(message: Message): Activity {
  const { id, createdAtMs: atMs } = message
  const fields = asObject(message.payload)
  if (fields['kind'] === 'stored') {
    return { id, atMs, counts: { documents: 1, words: wholeField(fields, 'words', 0), mentions: wholeField(fields, 'mentions', 0) } }
  }
  if (fields['kind'] !== 'used') throw new Bury("`kind` must be 'stored' or 'used'")
  const views = countsField(fields, 'views')
  const searches = countsField(fields, 'searches')
  return { id, atMs, counts: { views: total(views), searches: total(searches) }, views, searches }
}

function total(counts: Record<string, number>): number {
  return Object.values(counts).reduce((sum, count) => sum + count, 0)
}
