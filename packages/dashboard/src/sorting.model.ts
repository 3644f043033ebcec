/** What a table is ordered by. */
export interface Sorting<By extends string> {
  readonly by: By
  readonly isDescending: boolean
}

/** As an address has it: the column, with `-` before it where the largest comes first. */
export const formatSorting = ({ by, isDescending }: Sorting<string>) => `${isDescending ? '-' : ''}${by}`

/** What an address says; `fallback` where it names no column of `known`. */
export function parseSorting<By extends string>(text: string, known: readonly By[], fallback: Sorting<By>): Sorting<By> {
  const by = known.find((column) => column === text.replace(/^-/, ''))
  return by === undefined ? fallback : { by, isDescending: text.startsWith('-') }
}

/** What a click on the head of a column asks for: the largest or worst first, names from A, and round when asked again. */
export function sortingAfter<By extends string>({ by, isDescending }: Sorting<By>, clicked: By, name: By): Sorting<By> {
  return clicked === by ? { by, isDescending: !isDescending } : { by: clicked, isDescending: clicked !== name }
}
