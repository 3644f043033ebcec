import { MillraceError } from '@millrace/connection'
import type { EmbeddedConnection } from '@millrace/connection'
import { maxMessagesPerCall } from '../store.ts'
import type * as Contract from '../store.ts'
import type { Store } from '../store.ts'
import { decodeClaim, decodeStatuses, encodeClaim, encodeFrame } from './codec.ts'
import { channelOf } from './listeners.ts'
import { procedures } from './procedures.ts'
import type { PageAnswer } from './procedures/inspect.ts'

const renewEveryMs = 1_000
let lastListener = 0

/**
 * One queue in the embedded file. Every verb is one procedure in the store's thread, calls that wait together share a commit, and an
 * answered call survives the end of the process. Signals stay within the process, the only one such a file has.
 *
 * Costs are those of the contract. `inspect.stats` counts what became due since it was last asked one by one.
 */
export class EmbeddedStore implements Store {
  readonly queue: string
  readonly #connection: EmbeddedConnection
  readonly #name: string

  constructor(connection: EmbeddedConnection, queue: string) {
    this.queue = queue
    this.#connection = connection
    this.#name = `${connection.prefix}${queue}`
  }

  /** @throws also PAYLOAD_NOT_JSON and ID_INVALID for text that the file could not give back as it is; nothing was sent */
  async enqueue(frame: Contract.EnqueueFrame): Promise<readonly Contract.EnqueueStatus[]> {
    for (const { id, payload, dedupe } of frame.messages) {
      if (dedupe && !isStorable(dedupe.key)) {
        throw new MillraceError('OPTION_INVALID', 'dedupe: `key` holds a NUL or half a character; give printable ASCII characters.')
      }
      if (!isStorable(id))
        throw new MillraceError('ID_INVALID', `id: ${JSON.stringify(id)} holds a NUL or half a character; give printable ASCII characters.`)
      if (!isStorable(payload)) {
        throw new MillraceError(
          'PAYLOAD_NOT_JSON',
          `payload of ${id}: it holds a raw NUL or half a character; JSON.stringify escapes both.`,
        )
      }
    }
    return decodeStatuses(await this.#connection.run(procedures.enqueue, encodeFrame(this.#name, frame)))
  }

  async claim(call: Contract.ClaimCall): Promise<Contract.ClaimAnswer> {
    return decodeClaim(await this.#connection.run(procedures.claim, encodeClaim(this.#name, call)))
  }

  async settle(call: Contract.SettleCall): Promise<Contract.SettleAnswer> {
    const { outcomes, leaseLost } = await this.claim({ ...call, limit: 0, idle: false, turns: [] })
    return { outcomes, leaseLost }
  }

  release(worker: string): Promise<Contract.ReleaseAnswer> {
    return this.#connection.run(procedures.release, { queue: this.#name, worker })
  }

  renew(worker: string, leaseMs: number): Promise<Contract.RenewAnswer> {
    return this.#connection.run(procedures.renew, { queue: this.#name, worker, leaseMs, pulse: false })
  }

  keepRenewing(
    worker: string,
    options: { leaseMs: number; maxStallMs: number; onAnswer: (answer: Contract.RenewAnswer) => void; onError: (error: unknown) => void },
  ): { stop(): Promise<void> } {
    const { leaseMs, maxStallMs, onAnswer, onError } = options
    return this.#connection.pulse(
      procedures.renew,
      { queue: this.#name, worker, leaseMs, pulse: true },
      { everyMs: renewEveryMs, maxStallMs, onAnswer: (answer) => onAnswer(answer as Contract.RenewAnswer), onError },
    )
  }

  rescue(leaseMs: number): Promise<Contract.RescueAnswer> {
    return this.#connection.run(procedures.rescue, { queue: this.#name, leaseMs })
  }

  async cancel(id: string): Promise<Contract.CancelOutcome> {
    if (!isStorable(id)) return 'not-found'
    return this.#connection.run(procedures.cancel, { queue: this.#name, id })
  }

  async redrive(
    selection: Contract.Selection,
    options: { delayMs?: number; payload?: string; undo?: boolean; skip?: number } = {},
  ): Promise<Contract.RedriveAnswer> {
    const { delayMs = 0, payload = null, undo = false, skip = 0 } = options
    if (payload !== null && !isStorable(payload)) {
      throw new MillraceError('PAYLOAD_NOT_JSON', 'payload: it holds a raw NUL or half a character; JSON.stringify escapes both.')
    }
    return this.#connection.run(procedures.redrive, { queue: this.#name, selection: bounded(selection), delayMs, payload, undo, skip })
  }

  promote(selection: Contract.Selection): Promise<Contract.SliceAnswer> {
    return this.#connection.run(procedures.promote, { queue: this.#name, selection: bounded(selection) })
  }

  purge(state: Contract.PurgeState, limit: number): Promise<Contract.SliceAnswer> {
    return this.#connection.run(procedures.purge, { queue: this.#name, state, limit: Math.min(limit, maxMessagesPerCall) })
  }

  pause(): Promise<void> {
    return this.#connection.run(procedures.pause, { queue: this.#name })
  }

  resume(): Promise<void> {
    return this.#connection.run(procedures.resume, { queue: this.#name })
  }

  trim(retention: Contract.Retention): Promise<Contract.SliceAnswer> {
    return this.#connection.run(procedures.trim, { queue: this.#name, retention })
  }

  progress(
    worker: string,
    id: string,
    nonce: string,
    report: { ratio?: number; note?: string; lines?: readonly string[] },
  ): Promise<'done' | 'stale'> {
    return this.#connection.run(procedures.progress, { queue: this.#name, worker, id, nonce, report })
  }

  configure(settings: string): Promise<void> {
    return this.#connection.run(procedures.configure, { queue: this.#name, settings })
  }

  readonly inspect: Store['inspect'] = {
    stats: async () => (await this.#connection.run(procedures.inspect, { queue: this.#name, what: 'stats' })) as Contract.StoreStats,
    settings: async () => (await this.#connection.run(procedures.inspect, { queue: this.#name, what: 'settings' })) as string | undefined,
    message: async (id) => {
      if (!isStorable(id)) return undefined
      return (await this.#connection.run(procedures.inspect, { queue: this.#name, what: 'message', id })) as
        Contract.StoredMessage | undefined
    },
    messages: async (query) => {
      const answer = (await this.#connection.run(procedures.inspect, { queue: this.#name, what: 'messages', query })) as PageAnswer
      const { cursor, ...page } = answer
      return cursor === null ? page : { ...page, cursor }
    },
  }

  async listen(worker: string, listener: (signal: Contract.WorkerSignal) => void): Promise<() => Promise<void>> {
    const channel = channelOf(this.#name, worker)
    const number = ++lastListener
    const stop = await this.#connection.subscribe(channel, (text) =>
      listener(text.startsWith('c') ? { kind: 'cancel', id: text.slice(1) } : { kind: 'wake' }),
    )
    await this.#connection.run(procedures.listen, { channel, listener: number, listens: true })
    return async () => {
      await stop()
      await this.#connection.run(procedures.listen, { channel, listener: number, listens: false })
    }
  }
}

/** Whether SQLite gives a text back as it was: a NUL would cut it, and half of a surrogate pair has no UTF-8. */
function isStorable(text: string): boolean {
  return !text.includes('\0') && !/\p{Surrogate}/u.test(text)
}

/** What a call may do at most; an id that cannot be stored names nothing. */
function bounded(selection: Contract.Selection): Contract.Selection {
  return 'ids' in selection
    ? { ids: selection.ids.slice(0, maxMessagesPerCall).filter(isStorable) }
    : { limit: Math.min(selection.limit, maxMessagesPerCall) }
}
