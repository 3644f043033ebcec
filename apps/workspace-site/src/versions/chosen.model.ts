/** Which version is looked at, and which it is compared with; null compares with nothing. */
export interface Chosen {
  readonly version: number
  readonly before: number | null
}

/**
 * What an address asks for, of the versions there are (newest first): the newest where it names none that is kept, compared with the one
 * before where it names none.
 */
export function chosenOf(
  versions: readonly number[],
  asked: { readonly version: string | null; readonly before: string | null },
): Chosen | undefined {
  const find = (text: string | null) => versions.find((version) => String(version) === text)
  const version = find(asked.version) ?? versions[0]
  if (version === undefined) return undefined
  const older = versions[versions.indexOf(version) + 1] ?? null
  const before = find(asked.before)
  return { version, before: before === undefined || before === version ? older : before }
}
