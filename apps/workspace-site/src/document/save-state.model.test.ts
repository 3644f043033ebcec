import { expect, it } from 'vitest'
import { saveState } from './save-state.model.ts'

const live = { state: 'live', unsaved: 0, mayWrite: true, refusal: null } as const

it('says saved only when the room has all that was written here', () => {
  expect(saveState(live).word).toBe('Saved')
  expect(saveState({ ...live, unsaved: 3 }).word).toBe('Saving… 3 unsaved')
})

it('says where edits are while the server is away', () => {
  expect(saveState({ ...live, state: 'offline', unsaved: 1 })).toMatchObject({
    word: 'Offline, kept in this browser',
    sentence: 'The server does not answer: 1 edit kept in this browser, and merged when it is back',
  })
  expect(saveState({ ...live, state: 'connecting', unsaved: 2 }).word).toBe('Connecting… 2 unsaved')
})

it('says what the room said when it takes no edits, and that they are not saved', () => {
  const refusal = { code: 'DOCUMENT_DELETED', sentence: 'This document was deleted.', retry: 'never' } as const
  expect(saveState({ ...live, state: 'refused', unsaved: 2, refusal })).toEqual({
    status: 'fail',
    word: 'Not saved: 2 edits',
    sentence: 'This document was deleted.',
  })
})

it('a reader is told that they read', () => {
  expect(saveState({ ...live, mayWrite: false }).word).toBe('Read only')
})
