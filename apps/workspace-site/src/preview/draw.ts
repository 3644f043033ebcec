import { sanitised } from './sanitise.ts'

/** Puts a text in place. A box that had the focus has it again; links to the web open windows of their own. */
export function draw(place: HTMLElement, html: string, canTick: boolean): void {
  const fragment = sanitised(html)
  for (const box of fragment.querySelectorAll('input')) box.disabled = !canTick
  for (const link of fragment.querySelectorAll<HTMLAnchorElement>('a[rel]')) link.target = '_blank'
  for (const missing of fragment.querySelectorAll<HTMLElement>('.md-missing')) missing.title = 'There is no such document'
  const focused = place.contains(document.activeElement) ? (document.activeElement as HTMLElement).dataset['line'] : undefined
  place.replaceChildren(fragment)
  if (focused !== undefined) place.querySelector<HTMLElement>(`input[data-line="${focused}"]`)?.focus({ preventScroll: true })
  const blocks = [...place.querySelectorAll<HTMLElement>('pre > code[class*="language-"]')]
  if (blocks.length > 0) void import('./highlight.ts').then(({ highlightBlocks }) => highlightBlocks(blocks))
}
