// Renders away from the page, so that a text which takes long never holds up whoever types it.
import { renderMarkdown } from './render.ts'
import type { Rendered } from './render.ts'

/** One text to render, and its answer under the same number. */
export interface Asked {
  readonly number: number
  readonly text: string
}
export interface Answered extends Rendered {
  readonly number: number
}

// oxlint-disable-next-line unicorn/require-post-message-target-origin
addEventListener('message', ({ data: { number, text } }: MessageEvent<Asked>) => {
  postMessage({ number, ...renderMarkdown(text) } satisfies Answered)
})
