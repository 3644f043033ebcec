/** The name by which a link finds a heading, as GitHub makes it: lower case, blanks to hyphens, marks left out. */
export function slugOf(heading: string): string {
  return heading
    .trim()
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{M}\p{N}\p{Pc} -]/gu, '')
    .replaceAll(' ', '-')
}

/** Gives headings of one name different slugs, in order: `a`, `a-1`, `a-2`. */
export class Slugs {
  readonly #taken = new Map<string, number>()

  next(heading: string): string {
    const slug = slugOf(heading)
    const times = this.#taken.get(slug) ?? 0
    this.#taken.set(slug, times + 1)
    return times === 0 ? slug : `${slug}-${times}`
  }
}
