/** Somebody else in the document. */
export interface Person {
  readonly clientId: number
  readonly name: string
  /** 1…4: which of the colours is theirs. */
  readonly colour: number
}

/** Colours there are for others; beyond them they repeat. */
const colours = 4

/** Everybody else, by the order in which they came, each with a colour that stays while they are here. One person in two windows is two. */
export function peopleOf(states: ReadonlyMap<number, Readonly<Record<string, unknown>>>, own: number): Person[] {
  return [...states]
    .filter(([clientId]) => clientId !== own)
    .map(([clientId, state]) => ({ clientId, name: nameOf(state), colour: (clientId % colours) + 1 }))
    .toSorted((a, b) => a.name.localeCompare(b.name) || a.clientId - b.clientId)
}

function nameOf({ user }: Readonly<Record<string, unknown>>): string {
  const name = typeof user === 'object' && user !== null ? (user as { name?: unknown }).name : undefined
  return typeof name === 'string' && name.trim() !== '' ? name.trim().slice(0, 60) : 'Somebody'
}
