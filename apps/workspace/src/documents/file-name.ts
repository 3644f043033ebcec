/** Names that a device has on some systems. */
const reserved = /^(con|prn|aux|nul|com\d|lpt\d)(\.|$)/i

/** A name for a file that holds a document, safe on every system: no folders, no reserved names, `.md` at the end. */
export function fileNameOf({ title, path }: { readonly title: string; readonly path: string | null }): string {
  return nameOf(path === null ? title : (path.split('/').at(-1) ?? title))
}

/** The same with the folders it was imported from; it never leads out of the folder it is unpacked in. */
export function filePathOf({ title, path }: { readonly title: string; readonly path: string | null }): string {
  const folders = (path ?? '').split('/').slice(0, -1).map(partOf)
  return [...folders, fileNameOf({ title, path })].join('/')
}

/** Gives each name once: of several alike, ` (2)` and on are put before the ending. Capitals make no difference, as on many disks. */
export class UniqueNames {
  readonly #taken = new Set<string>()

  take(name: string): string {
    const [stem, ending] = [name.slice(0, -3), name.slice(-3)]
    let unique = name
    for (let count = 2; this.#taken.has(unique.toLowerCase()); count += 1) unique = `${stem} (${count})${ending}`
    this.#taken.add(unique.toLowerCase())
    return unique
  }
}

function nameOf(name: string): string {
  const stem = name.replace(/\.(md|markdown)$/i, '')
  return `${partOf(stem)}.md`
}

/** At most 120 characters. */
function partOf(part: string): string {
  const [short = ''] = /^.{0,120}/su.exec(part.replaceAll(/[\p{C}<>:"/\\|?*]/gu, '-')) ?? []
  const safe = short.replaceAll(/^[.\s]+|[.\s]+$/g, '')
  return safe === '' ? 'untitled' : reserved.test(safe) ? `${safe}-` : safe
}
