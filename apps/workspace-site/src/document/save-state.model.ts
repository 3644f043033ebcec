import type { RoomStatus } from '@millrace/collaboration'
import type { StatusName } from '@millrace/ui'

/** How what was written here stands, in words for the chip of the top bar and the line at the foot. */
export interface SaveState {
  readonly status: StatusName
  readonly word: string
  /** At the foot: what is true now. */
  readonly sentence: string
}

/** Never "saved" before the room said that it is durable. */
export function saveState({ state, unsaved, mayWrite, refusal }: Omit<RoomStatus, 'name'>): SaveState {
  const edits = `${unsaved} ${unsaved === 1 ? 'edit' : 'edits'}`
  const kept = unsaved === 0 ? 'what you write now is kept in this browser' : `${edits} kept in this browser`
  if (state === 'refused') {
    const sentence = refusal?.sentence ?? 'The server does not take this document.'
    return { status: 'fail', word: unsaved === 0 ? 'Not connected' : `Not saved: ${edits}`, sentence }
  }
  if (state === 'offline')
    return {
      status: 'slow',
      word: 'Offline, kept in this browser',
      sentence: `${refusal?.sentence ?? 'The server does not answer'}: ${kept}, and merged when it is back`,
    }
  if (state === 'connecting')
    return { status: 'unknown', word: unsaved === 0 ? 'Connecting…' : `Connecting… ${unsaved} unsaved`, sentence: `Connecting: ${kept}` }
  if (mayWrite === false) return { status: 'paused', word: 'Read only', sentence: 'You can read this document; an operator can write' }
  if (unsaved > 0) return { status: 'active', word: `Saving… ${unsaved} unsaved`, sentence: `Saving ${edits}` }
  return { status: 'ok', word: 'Saved', sentence: 'In sync' }
}
