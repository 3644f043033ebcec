import { RoomClient, textOf } from '@millrace/collaboration'
import type { RoomSocket } from '@millrace/collaboration'
import * as Y from 'yjs'
import type { Chance } from '../chaos/chance.ts'

/** What writers may delete; everything else each of them writes stays. */
export const filler = '.'

/** One who writes at random, and remembers every update with whether it was told that it is saved. */
export class Writer {
  readonly client: RoomClient
  readonly #doc = new Y.Doc()
  readonly #chance: Chance
  /** Own updates, in order. */
  readonly updates: Uint8Array[] = []
  /** How many of them were told saved, ever. */
  saved = 0
  /** Characters that this one alone writes, in the order of its updates; '' for an update that deletes. */
  readonly letters: string[] = []
  #nextLetter: number

  /** @param firstLetter the first of the characters that nobody else writes */
  constructor(options: { connect: () => RoomSocket; chance: Chance; firstLetter: number }) {
    this.#chance = options.chance
    this.#nextLetter = options.firstLetter
    this.client = new RoomClient({
      doc: this.#doc,
      connect: options.connect,
      backoff: { firstMs: 10, longestMs: 100 },
      gatherMs: 5,
      silenceMs: 400,
      random: () => this.#chance.next(),
    })
    // The client counts first: this hears of an update that it counted already.
    this.#doc.on('update', (update: Uint8Array, origin: unknown) => {
      if (origin !== this.client) this.updates.push(update)
    })
    this.client.subscribe(() => {
      const { unsaved } = this.client.status
      this.saved = Math.max(this.saved, this.updates.length - unsaved)
    })
  }

  get text(): string {
    return textOf(this.#doc).toString()
  }

  get isSettled(): boolean {
    const { state, unsaved } = this.client.status
    return state === 'live' && unsaved === 0
  }

  /** One random edit: a character of its own somewhere, or some of the filler away. */
  write(): void {
    const text = textOf(this.#doc)
    const now = text.toString()
    const at = this.#chance.between(0, now.length)
    if (now[at] === filler && this.#chance.happens(0.3)) {
      let length = 1
      while (length < 5 && now[at + length] === filler) length += 1
      this.letters.push('')
      text.delete(at, length)
    } else {
      const letter = String.fromCharCode(this.#nextLetter++)
      this.letters.push(letter)
      text.insert(at, letter)
    }
  }

  close(): void {
    this.client.close()
    this.client.awareness.destroy()
  }
}

/** How many of these updates a document lacks: in its text, and in its state. */
export function lacking(state: Uint8Array, text: string, writer: Pick<Writer, 'updates' | 'letters'>, saved: number): number {
  const doc = new Y.Doc()
  Y.applyUpdate(doc, state)
  let lost = 0
  doc.on('update', () => (lost += 1))
  for (let index = 0; index < saved; index += 1) {
    if (!text.includes(writer.letters[index] ?? '')) lost += 1
    Y.applyUpdate(doc, writer.updates[index] as Uint8Array)
  }
  doc.destroy()
  return lost
}
