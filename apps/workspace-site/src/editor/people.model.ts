/** Somebody else in the document. */
export interface Person {
  readonly clientId: number
  readonly name: string
  /** 1…4: which of the colours is theirs. */
  readonly colour: number
}

/** Colours there are for others; beyond them they repeat. */
const colours = 4

/**
 * Everybody else by name. Each has a colour that stays while they are here, and nobody else's as long as there are colours. One person in
 * two windows is two.
 */
export function peopleOf(states: ReadonlyMap<number, Readonly<Record<string, unknown>>>, own: number): Person[] {
  const taken = new Set<number>()
  const people: Person[] = []
  for (const [clientId, state] of [...states].toSorted(([a], [b]) => a - b)) {
    if (clientId === own) continue
    const free = Array.from({ length: colours }, (_, step) => (clientId + step) % colours).find((colour) => !taken.has(colour))
    const colour = free ?? clientId % colours
    taken.add(colour)
    people.push({ clientId, name: nameOf(state), colour: colour + 1 })
  }
  return people.toSorted((a, b) => a.name.localeCompare(b.name) || a.clientId - b.clientId)
}

function nameOf({ user }: Readonly<Record<string, unknown>>): string {
  const name = typeof user === 'object' && user !== null ? (user as { name?: unknown }).name : undefined
  return typeof name === 'string' && name.trim() !== '' ? name.trim().slice(0, 60) : 'Somebody'
}
