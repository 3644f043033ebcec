import { useEffect, useEffectEvent, useRef, useState } from 'react'
import type { MouseEvent, RefObject } from 'react'
import { useLocation } from 'wouter'
import { useSource } from '../source.ts'
import { draw } from './draw.ts'
import type { Heading, Rendered } from './render.worker.ts'
import { Renderer } from './renderer.ts'
import { useTargets } from './targets.ts'

interface PreviewProps {
  readonly text: string
  /** Path of the document, which its links are meant from. */
  readonly from: string | null
  readonly place: RefObject<HTMLElement | null>
  /** Ticks or clears the box of a line, counted from 1; left out, boxes only show. */
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
  useEffect(() => renderer.current?.render({ text, from, targets }), [text, from, targets])
  const canTick = tick !== undefined
  useEffect(() => {
    if (place.current !== null && rendered !== undefined) draw(place.current, rendered.html, canTick)
  }, [rendered, place, canTick])
  const isFirst = useRef(true)
  useEffect(() => {
    if (rendered === undefined || !isFirst.current) return
    isFirst.current = false
    if (location.hash !== '') showAnchor(place.current, decodeURIComponent(location.hash.slice(1)))
  }, [rendered, place])

  const follow = (event: MouseEvent<HTMLElement>) => {
    const target = event.target as HTMLElement
    if (target instanceof HTMLInputElement) tick?.(Number(target.dataset['line']))
    const link = target.closest('a')
    if (link === null || link.target !== '' || event.metaKey || event.ctrlKey || event.shiftKey) return
    event.preventDefault()
    if (link.getAttribute('href')?.startsWith('#') === true) showAnchor(place.current, decodeURIComponent(link.hash.slice(1)))
    else go(link.pathname.slice(base.length) + link.hash)
  }
  return (
    <>
      {drawn === 'cut' && (
        <p className="preview-note">This text is longer than a page can show: the preview ends early. All of it is in the editor.</p>
      )}
      {drawn === 'late' && <p className="preview-note">This text takes more than 3 s to draw: what was drawn before stays.</p>}
      {/* Keys reach its links and boxes by themselves. */}
      <article ref={place} className="prose" data-drawn={drawn} onClick={follow} />
    </>
  )
}

/** Scrolls to the heading of an id. */
export function showAnchor(place: HTMLElement | null, anchor: string): void {
  place?.querySelector(`#${CSS.escape(anchor)}`)?.scrollIntoView({ block: 'start' })
}
