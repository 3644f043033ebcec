const between = ', '
/** Of the author of a version, characters. */
const maxAuthor = 256

/** The author of a version that several wrote together, `ada, bob`; undefined for nobody. Names that no longer fit are left out. */
export function authorOfAll(names: Iterable<string>): string | undefined {
  let author: string | undefined
  for (const name of new Set(names)) {
    const longer: string = author === undefined ? name.slice(0, maxAuthor) : `${author}${between}${name}`
    if (longer.length <= maxAuthor) author = longer
  }
  return author
}

/** The people behind the author of a version: one who wrote or imported it, or all who wrote it together. */
export function authorsOf(author: string): string[] {
  return author.split(between).filter((name) => name !== '')
}
