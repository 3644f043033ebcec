import { expect, it } from 'vitest'
import { peopleOf } from './people.model.ts'

it('everybody but oneself is shown by name, with a colour that stays', () => {
  const states = new Map<number, Record<string, unknown>>([
    [1, { user: { name: 'me' } }],
    [6, { user: { name: 'Mira' } }],
    [5, { user: { name: 'Jonas' } }],
  ])
  expect(peopleOf(states, 1)).toEqual([
    { clientId: 5, name: 'Jonas', colour: 2 },
    { clientId: 6, name: 'Mira', colour: 3 },
  ])
  states.delete(5)
  expect(peopleOf(states, 1)[0]?.colour).toBe(3)
})

it('of four others no two have one colour; of more, some do', () => {
  const states = new Map(Array.from({ length: 9 }, (_, index) => [index * 4, { user: { name: `p${index}` } }] as const))
  expect(
    new Set(
      peopleOf(states, 0)
        .slice(0, 4)
        .map(({ colour }) => colour),
    ).size,
  ).toBe(4)
  expect(peopleOf(states, 0).every(({ colour }) => colour >= 1 && colour <= 4)).toBe(true)
})

it('who has no name that can be shown is somebody', () => {
  const states = new Map<number, Record<string, unknown>>([
    [2, {}],
    [3, { user: 'x' }],
    [4, { user: { name: '  ' } }],
  ])
  expect(peopleOf(states, 1).map(({ name }) => name)).toEqual(['Somebody', 'Somebody', 'Somebody'])
})
