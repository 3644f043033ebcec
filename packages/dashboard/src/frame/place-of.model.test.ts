import { expect, it } from 'vitest'
import { placeOf } from './place-of.model.ts'

it.each([
  ['/', 'Overview', ''],
  ['/queues', 'Queues', ''],
  ['/queues/', 'Queues', ''],
  ['/queues/mail%2Fout', 'Queues', 'mail/out'],
])('%s is a place', (location, name, thing) => {
  expect(placeOf(location)).toMatchObject({ section: { name }, thing })
})

it.each(['/nonsense', '/queues/mail/more', '/system/web-1'])('%s is none', (location) => {
  expect(placeOf(location)).toBeNull()
})
