/** The people behind the author of a version: one who wrote or imported it, or all who wrote it together, `ada, bob`. */
export function authorsOf(author: string): string[] {
  return author.split(', ').filter((name) => name !== '')
}
