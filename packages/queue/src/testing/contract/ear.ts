import type { Store, WorkerSignal } from '../../store/store.ts'
import { idOf, nameOf, TestWorker } from './test-worker.ts'

/** Listens for workers, and can tell when everything sent so far was heard. */
export class Ear {
  readonly heard: string[] = []
  readonly #store: Store
  readonly #marker: TestWorker
  readonly #stops: (() => Promise<void>)[] = []
  #waiting: { line: string; resolve: () => void } | undefined

  private constructor(store: Store) {
    this.#store = store
    this.#marker = new TestWorker(store, 'marker')
  }

  /** Call it on an empty queue: a message of its own becomes active, whose cancelling marks the end of what was sent before. */
  static async open(store: Store, ...names: string[]): Promise<Ear> {
    const ear = new Ear(store)
    await store.enqueue({
      producer: 'ear--------',
      number: 1,
      lowestUnanswered: 1,
      messages: [
        { id: idOf('mark'), explicit: false, level: 'urgent', delayMs: 0, scheduledForMs: null, options: undefined, payload: '0' },
      ],
      maxLength: 0,
      wakeNobody: true,
    })
    await ear.#marker.claim(1)
    for (const name of ['marker', ...names]) {
      ear.#stops.push(await store.listen(idOf(name), (signal) => ear.#hear(name, signal)))
    }
    return ear
  }

  /** All signals so far as `worker:kind`, a cancel as `worker:cancel:message`; usable once. */
  async all(): Promise<string[]> {
    const line = `marker:cancel:${nameOf(idOf('mark'))}`
    const marked = new Promise<void>((resolve) => (this.#waiting = { line, resolve }))
    await this.#store.cancel(idOf('mark'))
    await marked
    for (const stop of this.#stops) await stop()
    return this.heard.filter((entry) => entry !== line)
  }

  #hear(name: string, signal: WorkerSignal): void {
    const line = signal.kind === 'wake' ? `${name}:wake` : `${name}:cancel:${nameOf(signal.id)}`
    this.heard.push(line)
    if (this.#waiting?.line === line) this.#waiting.resolve()
  }
}
