import type { ImportProgress } from '@millrace/contract'
import { expect, it } from 'vitest'
import { countsOf } from './counts.model.ts'

const counts = { received: 9, skipped: 1, accepted: 8, stored: 6, unchanged: 2, indexed: 5, mentions: 3, failed: 1, cancelled: 0 }
const progress: ImportProgress = {
  id: 'a',
  state: 'processing',
  counts,
  skipped: [],
  failed: [],
  startedBy: null,
  createdAtMs: 0,
  finishedAtMs: null,
}

it('a file is settled when it is found by search, failed or left out; what was unchanged is not counted as stored', () => {
  expect(countsOf({ files: 10, leftOut: [{ path: 'a', reason: 'empty', detail: '' }], progress })).toEqual({
    settled: 7,
    total: 10,
    stored: 4,
    unchanged: 2,
    failed: 1,
    skipped: 2,
    mentions: 3,
  })
})

it('before the server said anything nothing is settled', () => {
  expect(countsOf({ files: 10, leftOut: [], progress: null })).toMatchObject({ settled: 0, total: 10 })
})
