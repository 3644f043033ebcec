import { expect } from 'vitest'
import type { EnqueueFrame, EnqueueStatus, MessageQuery, NewMessage, Store, StoredMessage, StoreStats } from '../../store/store.ts'
import { Ear } from './ear.ts'
import type { StoreHarness } from './harness.ts'
import { freshNonce, idOf, nameOf, TestWorker } from './test-worker.ts'

export type Given = Partial<Omit<NewMessage, 'id'>>

/** One message as a producer sends it; `name` becomes a generated id, or is the id when `explicit`. */
export function message(name: string, given: Given = {}): NewMessage {
  return {
    id: given.explicit ? name : idOf(name),
    explicit: false,
    level: 'normal',
    delayMs: 0,
    scheduledForMs: null,
    options: undefined,
    payload: JSON.stringify({ name }),
    ...given,
  }
}

/** A fresh queue with what a test needs around it. After each rule the sum of I1 is checked. */
export class Stage {
  readonly store: Store
  readonly #harness: StoreHarness
  readonly #producer = freshNonce()
  readonly #closing: (() => Promise<void>)[] = []
  #frames = 0

  constructor(store: Store, harness: StoreHarness) {
    this.store = store
    this.#harness = harness
  }

  advance(ms: number): Promise<void> | void {
    return this.#harness.advance(ms)
  }

  store2(): Promise<Store> {
    return this.#harness.store2()
  }

  /** Has `end` called when the rule is over, whatever its outcome. */
  afterwards(end: () => Promise<void>): void {
    this.#closing.push(end)
  }

  async close(): Promise<void> {
    for (const end of this.#closing) await end()
  }

  /** A frame of the stage's producer, numbered on. */
  frame(messages: readonly NewMessage[], more: Partial<EnqueueFrame> = {}): EnqueueFrame {
    this.#frames += 1
    return {
      producer: this.#producer,
      number: this.#frames,
      lowestUnanswered: this.#frames,
      messages,
      maxLength: 0,
      wakeNobody: false,
      ...more,
    }
  }

  enqueue(messages: readonly NewMessage[], more: Partial<EnqueueFrame> = {}): Promise<readonly EnqueueStatus[]> {
    return this.store.enqueue(this.frame(messages, more))
  }

  /** Messages of these names, one frame each, so that each has a score of its own. */
  async enqueueEach(names: readonly string[], given: Given = {}): Promise<void> {
    for (const name of names) await this.enqueue([message(name, given)])
  }

  worker(name = 'w'): TestWorker {
    return new TestWorker(this.store, name)
  }

  /** Hears signals for the workers of these names; call it while the queue is empty. */
  ear(...names: string[]): Promise<Ear> {
    return Ear.open(this.store, ...names)
  }

  stats(): Promise<StoreStats> {
    return this.store.inspect.stats()
  }

  /** The stored message of this name or id; fails if there is none. */
  async stored(name: string): Promise<StoredMessage> {
    const found = await this.find(name)
    if (!found) throw new Error(`the store has no message ${name}`)
    return found
  }

  async find(name: string): Promise<StoredMessage | undefined> {
    return (await this.store.inspect.message(idOf(name))) ?? (await this.store.inspect.message(name))
  }

  /** Names of all messages of a state, in its order. */
  async listed(query: Omit<MessageQuery, 'limit'>): Promise<string[]> {
    const page = await this.store.inspect.messages({ limit: 250, ...query })
    return page.messages.map((found) => nameOf(found.id))
  }

  /** Has a worker of its own hold the messages of these names and die, once each; everything else must not be ready. */
  async crash(times: number, ...names: string[]): Promise<void> {
    for (let time = 0; time < times; time += 1) {
      const victim = this.worker(`${freshNonce().replaceAll('-', '')}x`)
      const answer = await victim.claim(names.length)
      expect(answer.messages.map((given) => nameOf(given.id)).sort()).toEqual([...names].sort())
      await this.advance(15_000)
      await this.store.rescue(15_000)
    }
  }

  /** I1: nothing vanished. */
  async checkBalance(): Promise<void> {
    const { counts, totals } = await this.stats()
    const sum = counts.ready + counts.scheduled + counts.active + counts.completed + counts.dead + totals.removed
    expect(sum, 'ready + scheduled + active + completed + dead + removed = enqueued').toBe(totals.enqueued)
  }
}
