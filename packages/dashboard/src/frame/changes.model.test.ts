import type { Reason, Summary } from '@millrace/contract'
import { expect, it } from 'vitest'
import { changesOf } from './changes.model.ts'

const reason = (subject: string, status: Reason['status'] = 'degraded', text = 'why'): Reason => ({
  kind: 'queue',
  subject,
  status,
  text,
  since: null,
})
const summary = (...reasons: Reason[]): Pick<Summary, 'verdict'> => ({
  verdict: { status: 'degraded', since: null, reasons, aside: [], history: [] },
})

it('a state that began, changed or ended is said', () => {
  expect(changesOf(summary(reason('a'), reason('b')), summary(reason('b', 'failing'), reason('c')))).toEqual([
    'b is now failing',
    'c is now degraded',
    'a is well again',
  ])
})

it('a refresh that changes figures alone says nothing', () => {
  expect(changesOf(summary(reason('a', 'degraded', '81 %')), summary(reason('a', 'degraded', '82 %')))).toEqual([])
})

it('not more is said than can be listened to', () => {
  expect(changesOf(summary(), summary(...['a', 'b', 'c', 'd', 'e'].map((name) => reason(name)))).at(-1)).toBe('and 2 more changes')
})
