import { expect, it } from 'vitest'
import { orderBy } from './queue-order.model.ts'
import { queueRow } from './queue-row.model.ts'
import { queueWith } from './queue.test.fixture.ts'

const rows = [
  queueRow(queueWith({ name: 'b', oldestReadyAgeMs: 5 }), undefined),
  queueRow(queueWith({ name: 'c' }), undefined),
  queueRow(queueWith({ name: 'a', oldestReadyAgeMs: 9 }), undefined),
]
const names = (by: string) => orderBy(rows, by).map(({ name }) => name)

it('names run upwards, figures downwards, and what has none comes last', () => {
  expect(names('name')).toEqual(['a', 'b', 'c'])
  expect(names('oldest')).toEqual(['a', 'b', 'c'])
})

it('an order that is not there leaves most trouble first', () => {
  expect(names('nonsense')).toEqual(['b', 'c', 'a'])
})
