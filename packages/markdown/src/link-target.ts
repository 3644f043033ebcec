/** Where a link leads: to a document by its title or its path, to elsewhere, to a heading of the same text, or nowhere. */
export type LinkTarget =
  | DocumentTarget
  | { readonly kind: 'elsewhere'; readonly href: string }
  | { readonly kind: 'heading'; readonly anchor: string }
  | { readonly kind: 'nowhere' }

/** Another document. `heading` is what is written behind a `#`, or ''. */
export type DocumentTarget =
  | { readonly kind: 'title'; readonly title: string; readonly heading: string }
  | { readonly kind: 'path'; readonly path: string; readonly heading: string }

/** Titles are not longer. */
export const maxTitleLength = 300
const maxPathLength = 1_024

/**
 * What stands between the round brackets of a Markdown link. Only `http:`, `https:` and `mailto:` lead elsewhere; a path to a `.md` or
 * `.markdown` file leads to a document.
 * @param from the path of the document that the link stands in, which a relative path is meant from; null for one without
 */
export function linkTarget(written: string, from: string | null): LinkTarget {
  const href = written.trim()
  if (/[\p{Cc}\\]/u.test(href)) return { kind: 'nowhere' }
  if (/^(?:https?:\/\/|mailto:)[^\s]/i.test(href)) return { kind: 'elsewhere', href }
  if (/^[a-z][a-z0-9+.-]*:/i.test(href) || href.startsWith('//')) return { kind: 'nowhere' }
  const [, path = '', fragment = ''] = /^([^#?]*)(?:\?[^#]*)?(?:#(.*))?$/s.exec(href) ?? []
  const heading = decoded(fragment)
  if (path === '') return heading === '' ? { kind: 'nowhere' } : { kind: 'heading', anchor: anchorOf(heading) }
  const whole = pathFrom(decoded(path), from)
  if (whole === undefined || whole.length > maxPathLength || !/\.(?:md|markdown)$/i.test(whole)) return { kind: 'nowhere' }
  return { kind: 'path', path: whole, heading }
}

/** What stands between double square brackets, `Title`, `Title#Heading` or either with `|shown`; undefined where it names nothing. */
export function titleTarget(written: string): { readonly target: DocumentTarget; readonly shown: string } | undefined {
  const [, title = '', heading = '', label] = /^([^#|]*)(?:#([^|]*))?(?:\|(.*))?$/s.exec(written) ?? []
  if (title.trim() === '') return undefined
  const target = { kind: 'title', title: title.trim(), heading: heading.trim() } as const
  return { target, shown: label?.trim() || written.trim() }
}

/** The id of a heading in the HTML, without the number that a repeated one gets. A prefix keeps names of the page's own apart. */
export function anchorOf(heading: string): string {
  const words = heading
    .normalize('NFC')
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{M}\p{N}\s_-]/gu, '')
    .trim()
    .replaceAll(/\s+/g, '-')
  return `section-${words.slice(0, 100)}`
}

/** Undefined where it leads out of the top folder. */
function pathFrom(path: string, from: string | null): string | undefined {
  const parts = path.startsWith('/') ? [] : (from ?? '').split('/').slice(0, -1)
  for (const part of path.split('/')) {
    if (part === '..' && parts.pop() === undefined) return undefined
    if (part !== '' && part !== '.' && part !== '..') parts.push(part)
  }
  return parts.join('/').normalize('NFC')
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}
