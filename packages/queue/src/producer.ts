import { isMillraceError, MillraceError } from '@millrace/connection'
import { isOutage } from './errors.ts'
import type { LocalWorker } from './local-wake.ts'
import { randomNonce } from './nonce.ts'
import { maxBytesPerCall, maxMessagesPerCall } from './store/store.ts'
import type { EnqueueFrame, EnqueueStatus, NewMessage, Store } from './store/store.ts'

/** More frames at once bring nothing: three keep client and server busy (measured; see gathering in ARCHITECTURE.md). */
const maxGatheredFrames = 3
const maxBulkFrames = 4
/** Fewer messages than this are not worth a frame before the tick ends. */
const earlyFrame = 24
/** What a record needs beside the payload and the options: score, level and id. */
const recordBytes = 64
/** Characters of JSON. */
const shortPayload = 300

interface Gathered {
  readonly message: NewMessage
  readonly resolve: (status: EnqueueStatus) => void
  readonly reject: (error: unknown) => void
}

export interface ProducerOptions {
  readonly store: Store
  /** Refuse when ready + scheduled would exceed it; 0 is no limit. */
  readonly maxLength: number
  readonly localWorkers: ReadonlySet<LocalWorker>
  /** Runs before the first frame and is awaited with it: the queue becomes known. */
  readonly introduce: () => Promise<void>
  /** 0…1 or null: how full the store is. */
  readonly fillRatio: () => number | null
}

/** At this part of what the store may use, enqueue is refused: what finishes messages must still find room. */
const highWaterMark = 0.95

/**
 * Sends new messages in numbered frames.
 *
 * Single messages are gathered without waiting: what was asked for in one turn of the event loop leaves when the turn ends, or before
 * if enough came together; while three frames are out, all that comes gathers for the next. So 100 callers in flight share about
 * three frames, and a lone caller waits for nothing.
 */
export class Producer {
  readonly #options: ProducerOptions
  readonly #id = randomNonce()
  readonly #unanswered = new Set<number>()
  #number = 0
  #gathered: Gathered[] = []
  #gatheredBytes = 0
  #gatheredFrames = 0
  #flushing = false
  /** Messages out and gathered, as a moving average at each answer. */
  #usual = 0
  #out = 0
  #introduced: Promise<void> | undefined
  /** One frame after the other, so that who asked first is in first. */
  #parting: Promise<void> = Promise.resolve()
  #closed = false

  constructor(options: ProducerOptions) {
    this.#options = options
  }

  /** Gathers one message; its answer is its own, whatever becomes of those gathered with it. @throws STORE_FULL, QUEUE_FULL, QUEUE_CLOSED, STORE_UNAVAILABLE */
  add(message: NewMessage): Promise<EnqueueStatus> {
    return new Promise((resolve, reject) => {
      const refusal = this.#refusal()
      if (refusal) {
        reject(refusal)
        return
      }
      const bytes = sizeOf(message)
      if (this.#gatheredBytes + bytes > maxBytesPerCall && this.#gathered.length > 0 && this.#gatheredFrames < maxGatheredFrames)
        this.#sendGathered()
      this.#gathered.push({ message, resolve, reject })
      this.#gatheredBytes += bytes
      this.#considerGathered()
    })
  }

  /**
   * Sends many in frames of 250, four out at a time.
   *
   * @returns one status a message, same order; 'unknown' where no answer came, and the first error beside them
   */
  async addMany(messages: readonly NewMessage[]): Promise<{ statuses: (EnqueueStatus | 'unknown' | 'refused')[]; error: unknown }> {
    const refusal = this.#refusal()
    if (refusal) throw refusal
    const statuses: (EnqueueStatus | 'unknown' | 'refused')[] = Array.from(messages, () => 'unknown')
    const frames = framesOf(messages)
    let error: unknown
    const sendNext = async (): Promise<void> => {
      while (error === undefined) {
        const { value } = frames.next()
        if (value === undefined) return
        const { start, end } = value
        try {
          const answered = await this.#send(messages.slice(start, end))
          for (let index = start; index < end; index += 1) statuses[index] = answered[index - start] as EnqueueStatus
        } catch (cause) {
          error ??= cause
          if (!isOutage(cause)) for (let index = start; index < end; index += 1) statuses[index] = 'refused'
        }
      }
    }
    await Promise.all(Array.from({ length: maxBulkFrames }, sendNext))
    // What was not sent any more: surely not stored after a refusal; after an outage nobody should count on anything.
    const { value: unsent } = frames.next()
    if (unsent && !isOutage(error)) statuses.fill('refused', unsent.start)
    return { statuses, error }
  }

  /** The store came back, perhaps empty: make the queue known again with the next frame. */
  readonly onUp = (): void => {
    this.#introduced = undefined
  }

  /** Takes nothing more; resolves when all that was taken is answered. */
  async close(): Promise<void> {
    this.#closed = true
    while (this.#unanswered.size > 0 || this.#gathered.length > 0) await new Promise((resolve) => setTimeout(resolve, 1))
  }

  #refusal(): MillraceError | undefined {
    if (this.#closed)
      return new MillraceError('QUEUE_CLOSED', `enqueue: the queue '${this.#options.store.queue}' was closed in this process`)
    const full = this.#options.fillRatio()
    if (full !== null && full >= highWaterMark) {
      return new MillraceError(
        'STORE_FULL',
        `enqueue: the store has used ${Math.round(full * 100)} % of its room and takes no more messages; let workers finish or give it more room`,
      )
    }
    return undefined
  }

  #considerGathered(): void {
    const count = this.#gathered.length
    if (count === 0 || this.#gatheredFrames >= maxGatheredFrames) return
    const enough = count >= earlyFrame && count >= this.#usual / 2
    if (count >= maxMessagesPerCall || enough || this.#gatheredBytes >= maxBytesPerCall) this.#sendGathered()
    else if (!this.#flushing) {
      this.#flushing = true
      process.nextTick(this.#flush)
    }
  }

  readonly #flush = (): void => {
    this.#flushing = false
    while (this.#gathered.length > 0 && this.#gatheredFrames < maxGatheredFrames) this.#sendGathered()
  }

  /** Sends as much of what was gathered as one frame may hold. */
  #sendGathered(): void {
    const batch = this.#takeFrame()
    this.#gatheredFrames += 1
    this.#out += batch.length
    this.#send(batch.map((gathered) => gathered.message)).then(
      (statuses) => {
        this.#answered(batch)
        for (let index = 0; index < batch.length; index += 1) batch[index]?.resolve(statuses[index] as EnqueueStatus)
      },
      (error: unknown) => {
        if (batch.length > 1 && isMillraceError(error, 'QUEUE_FULL')) {
          this.#parting = this.#parting.then(() => this.#sendInParts(batch)).then(() => this.#answered(batch))
          return
        }
        this.#answered(batch)
        for (const gathered of batch) gathered.reject(error)
      },
    )
  }

  /**
   * A gathered frame did not fit and nothing of it is stored, but its messages are calls of their own: in their order, each gets the
   * answer it would have got alone. Parts double while they fit and halve when they do not, so a full queue costs one more call, and a
   * room of k messages O(log k). Behind the first that finds the queue full only ids of callers are asked for: they may be known already.
   */
  async #sendInParts(batch: readonly Gathered[]): Promise<void> {
    let left = batch
    let size = 1
    while (left.length > 0) {
      const part = left.slice(0, size)
      try {
        const statuses = await this.#send(part.map((gathered) => gathered.message))
        for (const [index, gathered] of part.entries()) gathered.resolve(statuses[index] as EnqueueStatus)
        left = left.slice(part.length)
        size *= 2
      } catch (error) {
        if (isMillraceError(error, 'QUEUE_FULL') && part.length > 1) {
          size = Math.ceil(part.length / 2)
          continue
        }
        const isFull = isMillraceError(error, 'QUEUE_FULL')
        const refused = left.filter((gathered, index) => index === 0 || !isFull || !gathered.message.explicit)
        for (const gathered of refused) gathered.reject(error)
        left = left.filter((gathered) => !refused.includes(gathered))
        size = 1
      }
    }
  }

  #takeFrame(): Gathered[] {
    const all = this.#gathered
    if (all.length <= maxMessagesPerCall && this.#gatheredBytes <= maxBytesPerCall) {
      this.#gathered = []
      this.#gatheredBytes = 0
      return all
    }
    let bytes = 0
    let end = 0
    while (end < all.length && end < maxMessagesPerCall) {
      const size = sizeOf((all[end] as Gathered).message)
      if (end > 0 && bytes + size > maxBytesPerCall) break
      bytes += size
      end += 1
    }
    this.#gathered = all.slice(end)
    this.#gatheredBytes -= bytes
    return all.slice(0, end)
  }

  #answered(batch: readonly Gathered[]): void {
    this.#usual += (this.#out + this.#gathered.length - this.#usual) / 8
    this.#gatheredFrames -= 1
    this.#out -= batch.length
    // After the callers of this batch have had their turn: what they ask for next belongs to the next frame.
    if (!this.#flushing && this.#gathered.length > 0) {
      this.#flushing = true
      process.nextTick(this.#flush)
    }
  }

  async #send(messages: readonly NewMessage[]): Promise<readonly EnqueueStatus[]> {
    this.#number += 1
    const number = this.#number
    this.#unanswered.add(number)
    const worker = idleOf(this.#options.localWorkers)
    const frame: EnqueueFrame = {
      producer: this.#id,
      number,
      lowestUnanswered: lowestOf(this.#unanswered),
      messages,
      maxLength: this.#options.maxLength,
      wakeNobody: worker !== undefined,
    }
    try {
      const introduced = this.#introduced
      const answer = this.#options.store.enqueue(frame)
      const claimed = worker?.claimBehind()
      if (introduced === undefined) this.#introduced = this.#options.introduce().catch(() => void (this.#introduced = undefined))
      const statuses = await answer
      claimed?.mustBeOut()
      if (introduced === undefined) await this.#introduced
      return statuses
    } finally {
      this.#unanswered.delete(number)
    }
  }
}

/** Cuts messages into frames of at most 250 messages and 256 KiB; a larger single message goes alone. */
export function* framesOf(messages: readonly NewMessage[]): Generator<{ start: number; end: number }, undefined> {
  let start = 0
  let bytes = 0
  for (let index = 0; index < messages.length; index += 1) {
    const size = sizeOf(messages[index] as NewMessage)
    if (index > start && (index - start >= maxMessagesPerCall || bytes + size > maxBytesPerCall)) {
      yield { start, end: index }
      start = index
      bytes = 0
    }
    bytes += size
  }
  if (start < messages.length) yield { start, end: messages.length }
  return undefined
}

/** Bytes of a record; a short payload is taken for as long as it could be, since counting costs more than it tells: 250 such fit a frame. */
function sizeOf({ payload, options }: NewMessage): number {
  const payloadBytes = payload.length <= shortPayload ? payload.length * 3 : Buffer.byteLength(payload)
  return payloadBytes + recordBytes + (options === undefined ? 0 : Buffer.byteLength(JSON.stringify(options)))
}

function idleOf(workers: ReadonlySet<LocalWorker>): LocalWorker | undefined {
  if (workers.size > 0) for (const worker of workers) if (worker.idle) return worker
  return undefined
}

function lowestOf(numbers: ReadonlySet<number>): number {
  // A set keeps the order of insertion, and numbers only rise.
  for (const number of numbers) return number
  return 0
}
