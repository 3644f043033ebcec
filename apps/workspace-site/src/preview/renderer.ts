import type { Answered, Asked, Rendered } from './render.worker.ts'

/** A text that takes longer than this to render is given up, ms. */
const longestMs = 3_000

type Question = Omit<Asked, 'number'>

/** `undefined`: it took too long, and what was shown before stays. */
type Hear = (rendered: Rendered | undefined) => void

/** Renders texts on a thread, the newest alone: what was asked for meanwhile is skipped. */
export class Renderer {
  readonly #hear: Hear
  #worker: Worker | undefined
  #waiting: Question | undefined
  #number = 0
  #isBusy = false
  #timer: ReturnType<typeof setTimeout> | undefined

  constructor(hear: Hear) {
    this.#hear = hear
  }

  render(question: Question): void {
    this.#waiting = question
    if (!this.#isBusy) this.#next()
  }

  close(): void {
    this.#stop()
    this.#waiting = undefined
  }

  #next(): void {
    const question = this.#waiting
    if (question === undefined) return
    this.#waiting = undefined
    this.#isBusy = true
    this.#number += 1
    this.#timer = setTimeout(() => this.#giveUp(), longestMs)
    this.#thread().postMessage({ number: this.#number, ...question } satisfies Asked)
  }

  #thread(): Worker {
    if (this.#worker !== undefined) return this.#worker
    const worker = new Worker(new URL('./render.worker.ts', import.meta.url), { type: 'module', name: 'preview' })
    worker.addEventListener('message', ({ data }: MessageEvent<Answered>) => {
      if (data.number !== this.#number) return
      this.#settle(data)
    })
    worker.addEventListener('error', () => this.#giveUp())
    this.#worker = worker
    return worker
  }

  #giveUp(): void {
    this.#stop()
    this.#settle(undefined)
  }

  #settle(rendered: Rendered | undefined): void {
    clearTimeout(this.#timer)
    this.#isBusy = false
    this.#hear(rendered)
    this.#next()
  }

  #stop(): void {
    clearTimeout(this.#timer)
    this.#worker?.terminate()
    this.#worker = undefined
    this.#isBusy = false
  }
}
