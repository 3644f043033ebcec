import { expect, it } from 'vitest'
import { byTrouble, orderBy } from './queue-order.model.ts'
import type { QueueOrder } from './queue-order.model.ts'
import { queueRow } from './queue-row.model.ts'
import { queueWith } from './queue.test.fixture.ts'

const rows = [
  queueRow(queueWith({ name: 'b', oldestReadyAgeMs: 5 }), undefined),
  queueRow(queueWith({ name: 'c' }), undefined),
  queueRow(queueWith({ name: 'a', oldestReadyAgeMs: 9 }), undefined),
]
const names = (by: QueueOrder, isDescending: boolean) => orderBy(rows, { by, isDescending }).map(({ name }) => name)

it('each order runs both ways', () => {
  expect([names('name', false), names('name', true)]).toEqual([
    ['a', 'b', 'c'],
    ['c', 'b', 'a'],
  ])
  expect([names('state', true), names('state', false)]).toEqual([
    ['b', 'c', 'a'],
    ['a', 'c', 'b'],
  ])
})

it('what has no figure comes last either way', () => {
  expect([names('oldest', true), names('oldest', false)]).toEqual([
    ['a', 'b', 'c'],
    ['b', 'a', 'c'],
  ])
})

it('most trouble first is how rows come', () => {
  expect(orderBy(rows, byTrouble)).toBe(rows)
})
