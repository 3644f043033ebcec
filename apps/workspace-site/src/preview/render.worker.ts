// Draws away from the page, so that a text which takes long never holds up whoever types it.
import { renderMarkdown } from '@millrace/markdown'
import { cut } from './cut.model.ts'
import { addressOf } from './targets.ts'
import type { Targets } from './targets.ts'

/** One text to draw, and its answer under the same number. */
export interface Asked {
  readonly number: number
  readonly text: string
  /** Path of the document, which its links are meant from. */
  readonly from: string | null
  readonly targets: Targets
}
export interface Answered extends Rendered {
  readonly number: number
}

export interface Heading {
  readonly level: number
  readonly text: string
  /** The id of the heading in the HTML. */
  readonly anchor: string
}

/** A text as HTML that is still to be sanitised. */
export interface Rendered {
  readonly html: string
  readonly outline: readonly Heading[]
  /** The text is longer, or draws more, than a page can show: the html ends early. */
  readonly isCut: boolean
}

addEventListener('message', ({ data: { number, text, from, targets } }: MessageEvent<Asked>) => {
  const { html, outline, truncated } = renderMarkdown(text, { from, hrefOf: (target) => addressOf(targets, target) })
  const shown = cut(html)
  postMessage({ number, html: shown, outline, isCut: truncated || shown !== html } satisfies Answered)
})
