import { useEffect, useEffectEvent, useRef, useState } from 'react'
import type { MouseEvent, RefObject } from 'react'
import { useLocation } from 'wouter'
import type { Heading, Rendered } from '../markdown/render.ts'
import { Renderer } from '../markdown/renderer.ts'
import { sanitised } from '../markdown/sanitise.ts'
import { useSource } from '../source.ts'
import { settleLinks } from './settle-links.ts'
import { useTargets } from './use-targets.ts'

interface PreviewProps {
  readonly text: string
  /** Path of the document, which its links are meant from. */
  readonly from: string | null
  readonly place: RefObject<HTMLElement | null>
  /** Ticks or clears the box of a line, counted from 0; left out, boxes only show. */
  readonly tick?: ((line: number) => void) | undefined
  readonly onOutline?: ((outline: readonly Heading[]) => void) | undefined
}

type Drawn = 'never' | 'whole' | 'cut' | 'late'

/** The text as it reads, drawn anew after each change; a text that takes too long leaves what was drawn before. */
export function Preview({ text, from, place, tick, onOutline }: PreviewProps) {
  const { base } = useSource()
  const [, go] = useLocation()
  const targets = useTargets()
  const [drawn, setDrawn] = useState<Drawn>('never')
  const [rendered, setRendered] = useState<Rendered>()
  const renderer = useRef<Renderer>(undefined)
  const hear = useEffectEvent((answer: Rendered | undefined) => {
    if (answer === undefined) return setDrawn('late')
    setDrawn(answer.isCut ? 'cut' : 'whole')
    setRendered(answer)
    onOutline?.(answer.outline)
  })
  useEffect(() => {
    const made = new Renderer((answer) => hear(answer))
    renderer.current = made
    return () => made.close()
  }, [])
  useEffect(() => renderer.current?.render(text), [text])
  useEffect(() => {
    if (place.current === null || rendered === undefined) return
    draw(place.current, rendered.html, (fragment) => {
      settleLinks(fragment, from, targets, (id) => `${base}/documents/${id}`)
      if (tick === undefined) for (const box of fragment.querySelectorAll('input')) box.disabled = true
    })
  }, [rendered, from, targets, base, place, tick === undefined])

  const follow = (event: MouseEvent<HTMLElement>) => {
    const target = event.target as HTMLElement
    const line = target instanceof HTMLInputElement ? target.dataset['task'] : undefined
    if (line !== undefined) tick?.(Number(line))
    const link = target.closest('a')
    if (link === null || !link.hasAttribute('href') || event.metaKey || event.ctrlKey || event.shiftKey) return
    if (link.getAttribute('href')?.startsWith('#') === true) {
      event.preventDefault()
      showAnchor(event.currentTarget, decodeURIComponent(link.hash.slice(1)))
    } else if (link.target !== '_blank' && link.origin === location.origin) {
      event.preventDefault()
      go(link.pathname.slice(base.length) + link.hash)
    }
  }
  return (
    <>
      {drawn === 'cut' && (
        <p className="preview-note">This text draws more than a page can show: the preview ends early. All of it is in the editor.</p>
      )}
      {drawn === 'late' && <p className="preview-note">This text takes more than 3 s to draw: what was drawn before stays.</p>}
      {/* Keys reach its links and boxes by themselves. */}
      <article ref={place} className="prose" data-drawn={drawn} onClick={follow} />
    </>
  )
}

/** Puts the text in place; a box that had the focus has it again. */
function draw(place: HTMLElement, html: string, settle: (fragment: DocumentFragment) => void): void {
  const fragment = sanitised(html)
  settle(fragment)
  const focused = place.contains(document.activeElement) ? (document.activeElement as HTMLElement).dataset['task'] : undefined
  place.replaceChildren(fragment)
  if (focused !== undefined) place.querySelector<HTMLElement>(`[data-task="${focused}"]`)?.focus({ preventScroll: true })
  for (const box of place.querySelectorAll('input'))
    box.setAttribute('aria-label', box.closest('li')?.textContent.trim().slice(0, 80) || 'Task')
  for (const scroller of place.querySelectorAll<HTMLElement>('pre')) scroller.tabIndex = 0
  const blocks = [...place.querySelectorAll<HTMLElement>('pre > code[class*="language-"]')]
  if (blocks.length > 0) void import('./highlight.ts').then(({ highlightBlocks }) => highlightBlocks(blocks))
}

/** Scrolls to the heading of a name. */
export function showAnchor(place: HTMLElement, anchor: string): void {
  for (const heading of place.querySelectorAll<HTMLElement>('[data-anchor]')) {
    if (heading.dataset['anchor'] === anchor) return heading.scrollIntoView({ block: 'start' })
  }
}
