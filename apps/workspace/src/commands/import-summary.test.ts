import { expect, test } from 'vitest'
import { summaryOf } from './import-summary.ts'

const progress = {
  id: 'i',
  state: 'done',
  counts: { received: 3, skipped: 0, accepted: 3, stored: 2, unchanged: 0, indexed: 2, mentions: 0, failed: 1, cancelled: 0 },
  skipped: [],
  failed: [{ path: 'notes/a.md', reason: 'it ran alone and its worker crashed, twice' }],
  startedBy: null,
  createdAtMs: 0,
  finishedAtMs: 1,
} as const

test('an import ends with a sentence about each file that failed', () => {
  const told = summaryOf('notes', { ...progress, skipped: [], failed: [...progress.failed] }, [], { files: 3, waited: true, notListed: 0 })
  expect(told).toBe(
    'Imported notes: 2 documents stored, 2 found by search, 0 mentions.\n1 document failed:\n  notes/a.md: it ran alone and its worker crashed, twice\n',
  )
})

test('an import whose upload broke off says what to do', () => {
  const broken = {
    ...progress,
    state: 'interrupted' as const,
    skipped: [],
    failed: [],
    counts: { ...progress.counts, failed: 0, accepted: 2 },
  }
  expect(summaryOf('notes', broken, [], { files: 3, waited: true, notListed: 0 })).toContain(
    'The upload broke off: import the folder again',
  )
})
