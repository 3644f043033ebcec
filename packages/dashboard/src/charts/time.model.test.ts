import { expect, it } from 'vitest'
import { formatPointTime, timeTicks } from './time.model.ts'

const at = (day: number, hour: number, minute = 0) => new Date(2026, 10, day, hour, minute).getTime()

it('an hour is labelled at its quarters, a day every six hours, a week at its days', () => {
  expect(timeTicks(at(25, 13, 8), at(25, 14, 8), 400).map(({ label }) => label)).toEqual(['13:15', '13:30', '13:45', '14:00'])
  expect(timeTicks(at(24, 14), at(25, 14), 400).map(({ label }) => label)).toEqual(['18:00', '00:00', '06:00', '12:00'])
  expect(timeTicks(at(18, 14), at(25, 14), 500).map(({ label }) => label)).toEqual([
    'Thu 19',
    'Fri 20',
    'Sat 21',
    'Sun 22',
    'Mon 23',
    'Tue 24',
    'Wed 25',
  ])
})

it('a narrow chart has fewer labels', () => {
  expect(timeTicks(at(25, 13, 8), at(25, 14, 8), 200).map(({ label }) => label)).toEqual(['13:30', '14:00'])
})

it('a point of an hour names its day', () => {
  expect([formatPointTime(at(25, 14, 3), 60), formatPointTime(at(24, 9), 3_600)]).toEqual(['14:03', 'Tue 24, 09:00'])
})
