import { anchorOf, linkKind, targetPath } from '../markdown/link.model.ts'

/** Finds the documents that a text links to. */
export interface Targets {
  /** By title, however it is capitalised. */
  byTitle(title: string): string | undefined
  byPath(path: string): string | undefined
}

/**
 * Gives the links of a drawn text their addresses: to another document its page, to the web a window of its own, and none where no
 * such document is.
 * @param from path of the document itself; null for one that was written here
 * @param pageOf the address of a document's page
 */
export function settleLinks(fragment: DocumentFragment, from: string | null, targets: Targets, pageOf: (id: string) => string): void {
  for (const link of fragment.querySelectorAll('a')) {
    const title = link.dataset['title']
    const href = link.getAttribute('href')
    if (title !== undefined) lead(link, targets.byTitle(title), pageOf, `No document is called ${title}`)
    else if (href === null) continue
    else if (linkKind(href) === 'path') settlePath(link, href, from, targets, pageOf)
    else if (linkKind(href) === 'web') {
      link.target = '_blank'
      link.rel = 'noopener noreferrer'
    }
  }
}

function settlePath(link: HTMLAnchorElement, href: string, from: string | null, targets: Targets, pageOf: (id: string) => string): void {
  const path = targetPath(from, href)
  const anchor = anchorOf(href)
  const id = path === undefined ? undefined : targets.byPath(path)
  lead(
    link,
    id,
    (found) => pageOf(found) + (anchor === undefined ? '' : `#${encodeURIComponent(anchor)}`),
    `No document lies at ${path ?? href}`,
  )
}

function lead(link: HTMLAnchorElement, id: string | undefined, pageOf: (id: string) => string, otherwise: string): void {
  if (id !== undefined) {
    link.href = pageOf(id)
    return
  }
  link.removeAttribute('href')
  link.className = 'missing'
  link.title = otherwise
}
