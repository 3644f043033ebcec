/**
 * What a link of a document may lead to: `web` (http, https), `mail`, `anchor` in the same document, `path` to another one. Everything
 * else, however it is spelled, leads nowhere.
 */
export type LinkKind = 'web' | 'mail' | 'anchor' | 'path'

/** Where a link leads by its kind; undefined where it must lead nowhere. */
export function linkKind(href: string): LinkKind | undefined {
  // A browser ignores controls and blanks around and inside a scheme; whoever writes them there has a reason.
  // oxlint-disable-next-line no-control-regex
  if (/[\u0000-\u0020\u007f-\u009f\u2028\u2029\\]/.test(href.trim())) return undefined
  const address = href.trim()
  if (address === '' || address.startsWith('//')) return undefined
  if (address.startsWith('#')) return 'anchor'
  if (/^https?:\/\/[^/]/i.test(address)) return 'web'
  if (/^mailto:/i.test(address)) return 'mail'
  return /^[^/?#]*:/.test(address) || /^[^/?#]*&[#a-z0-9]+;?/i.test(address) ? undefined : 'path'
}

/** True for a picture that is part of the text: bitmaps alone, since a drawing could hold a script. */
export const isPictureData = (address: string): boolean => /^data:image\/(?:png|gif|jpeg|webp|avif);base64,[A-Za-z0-9+/=]*$/i.test(address)

/**
 * The path that a link of the document at `from` names, without its anchor; undefined where it leads out of all folders.
 * @param from path of the document that holds the link; null for one that was written here
 */
export function targetPath(from: string | null, href: string): string | undefined {
  const [raw = ''] = href.split(/[?#]/, 1)
  const address = decoded(raw)
  const base = address.startsWith('/') || from === null ? [] : from.split('/').slice(0, -1)
  const path: string[] = [...base]
  for (const part of address.split('/')) {
    if (part === '' || part === '.') continue
    if (part !== '..') path.push(part)
    else if (path.pop() === undefined) return undefined
  }
  return path.length === 0 ? undefined : path.join('/').normalize('NFC')
}

/** What stands behind the # of a link; undefined where nothing does. */
export function anchorOf(href: string): string | undefined {
  const at = href.indexOf('#')
  return at < 0 ? undefined : decoded(href.slice(at + 1))
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}
