import type { Client, ImportProgress } from '@millrace/contract'
import { failureOf } from '../frame/failure.model.ts'
import type { Found, Gathered } from './gather.ts'
import type { Skipped } from './accept.model.ts'

/** How an import stands that this page started. Another object whenever something changed. */
export interface ImportState {
  readonly phase: 'idle' | 'gathering' | 'running' | 'done' | 'cancelled' | 'failed'
  /** Files that are sent. */
  readonly files: number
  /** Left out before anything was sent. */
  readonly leftOut: readonly Skipped[]
  /** What the server says; null before it said anything. */
  readonly progress: ImportProgress | null
  /** Why it failed. */
  readonly failure: string | null
}

const nothing: ImportState = { phase: 'idle', files: 0, leftOut: [], progress: null, failure: null }

/** How often the server is asked how far it is, ms. */
const askMs = 500

/** One import at a time: sent, followed to its end, cancelled. It goes on while one looks at other pages. */
export class ImportRun {
  readonly #client: Client
  readonly #listeners = new Set<() => void>()
  #state = nothing
  #ending = new AbortController()
  #id = ''
  #files: readonly Found[] = []

  constructor(client: Client) {
    this.#client = client
  }

  get state(): ImportState {
    return this.#state
  }

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener)
    return () => void this.#listeners.delete(listener)
  }

  get isRunning(): boolean {
    return this.#state.phase === 'gathering' || this.#state.phase === 'running'
  }

  /** Sends what is gathered. Does nothing while another import runs. */
  async start(gathering: Promise<Gathered>): Promise<void> {
    if (this.isRunning) return
    this.#ending = new AbortController()
    this.#state = nothing
    this.#say({ phase: 'gathering' })
    const { files, skipped } = await gathering
    if (files.length === 0) {
      const failure = 'No Markdown file is in it: only .md and .markdown are imported.'
      return this.#say({ phase: 'failed', leftOut: skipped, failure })
    }
    this.#id = newId()
    this.#files = files
    this.#say({ leftOut: skipped })
    await this.#send()
  }

  /** Sends the files of an import that broke off once more, under its id: what came already is not done again. */
  async again(): Promise<void> {
    if (this.isRunning || this.#files.length === 0) return
    this.#ending = new AbortController()
    await this.#send()
  }

  async #send(): Promise<void> {
    this.#say({ phase: 'running', files: this.#files.length, failure: null })
    const body = new FormData()
    for (const { path, file } of this.#files) body.append('files', file, path)
    const { signal } = this.#ending
    const sending = this.#client.startImport({ query: { id: this.#id }, body, signal }).then(
      () => undefined,
      (error: unknown) => error,
    )
    await this.#follow(sending)
  }

  /** Stops the upload, and cancels what is not stored yet. */
  async cancel(): Promise<void> {
    if (this.#state.phase !== 'running') return
    this.#ending.abort()
    const progress = await this.#client.cancelImport({ params: { id: this.#id } }).catch(() => this.#state.progress)
    this.#say({ phase: 'cancelled', progress })
  }

  /** Puts the summary away. */
  clear(): void {
    if (this.isRunning) return
    this.#files = []
    this.#say(nothing)
  }

  /** Asks until the server is done, or the upload failed. */
  async #follow(sending: Promise<unknown>): Promise<void> {
    let outcome: { readonly error: unknown } | undefined
    void sending.then((error) => {
      outcome = { error }
    })
    for (;;) {
      await Promise.race([pause(askMs), sending])
      if (this.#state.phase !== 'running') return
      const progress = await this.#client.getImport({ params: { id: this.#id } }).catch(() => null)
      if (this.#state.phase !== 'running') return
      if (progress !== null) this.#say({ progress })
      if (progress?.state === 'done' || progress?.state === 'cancelled') return this.#say({ phase: progress.state })
      if (progress?.state === 'interrupted') return this.#say({ phase: 'failed', failure: 'The upload broke off.' })
      if (outcome?.error !== undefined) return this.#say({ phase: 'failed', failure: failureOf(outcome.error as Error).text })
      if (outcome !== undefined) await pause(askMs)
    }
  }

  #say(change: Partial<ImportState>): void {
    this.#state = { ...this.#state, ...change }
    for (const listener of this.#listeners) listener()
  }
}

const pause = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms))
const newId = () => Array.from(crypto.getRandomValues(new Uint8Array(12)), (byte) => byte.toString(16).padStart(2, '0')).join('')
