import { awayMs, MillraceError, storeRun } from '@millrace/connection'
import type { RedisConnection, ScriptArgument } from '@millrace/connection'
import { cursorInvalid } from '../../errors.ts'
import { levels } from '../../message.ts'
import { maxBytesPerCall, maxMessagesPerCall } from '../store.ts'
import type * as Contract from '../store.ts'
import type { Store } from '../store.ts'
import { decodeClaim, decodeRenewal, decodeStatuses, encodeFrame, encodeResults, isKeyed } from './codec.ts'
import type { RawClaim } from './codec.ts'
import { decodeMessage, decodeStats } from './inspection.ts'
import type { RawMessage, RawStats } from './inspection.ts'
import { QueueKeys } from './keys.ts'
import { verbs } from './scripts.ts'
import type { Verb } from './scripts.ts'

const newestLooked = 10_000
const renewEveryMs = 1000
/** Workers whose claims one call declares when active messages are listed. */
const workersPerCall = 250

/** A rank. */
const rankCursor = /^\d{1,15}$/
/** A worker and a message of it. */
const workerCursor = /^[!-~]{1,128} [!-~]{1,128}$/

type RawPage = readonly [next: string | number, extra: string | readonly string[], ...messages: RawMessage[]]

/**
 * A queue on Redis or Valkey: a script a verb, run next to the data, so each call is atomic and takes one round trip. `rescue`, `cancel`
 * and looking at one message take a second one when they meet workers whose keys must be declared first.
 */
export class RedisStore implements Store {
  readonly queue: string
  readonly #connection: RedisConnection
  readonly #keys: QueueKeys

  constructor(connection: RedisConnection, queue: string) {
    this.queue = queue
    this.#connection = connection
    this.#keys = new QueueKeys(connection.prefix, queue)
  }

  async enqueue(frame: Contract.EnqueueFrame): Promise<readonly Contract.EnqueueStatus[]> {
    const args = encodeFrame(frame, this.#keys.fullChannel)
    const producer = this.#keys.producer(frame.producer)
    const keys = frame.messages.some(isKeyed) ? [producer, ...this.#keys.of(verbs.enqueue.onDemand)] : [producer]
    return decodeStatuses(frame, (await this.#run(verbs.enqueue, args, keys)) as string)
  }

  async claim(call: Contract.ClaimCall): Promise<Contract.ClaimAnswer> {
    const { retention } = call
    const args: ScriptArgument[] = [
      call.worker,
      String(call.number).padStart(16, '0'),
      call.nonce,
      Math.round(call.leaseMs * 1000),
      call.limit,
      call.idle ? 1 : 0,
      call.turns.join(''),
      retention.completedCount,
      retention.deadCount,
      this.#keys.fullChannel,
      storeRun,
      ...encodeResults(call.results),
    ]
    return decodeClaim(call, (await this.#run(verbs.claim, args, [this.#keys.claims(call.worker)])) as RawClaim)
  }

  async settle(call: Contract.SettleCall): Promise<Contract.SettleAnswer> {
    const { outcomes, leaseLost } = await this.claim({ ...call, limit: 0, idle: false, turns: [] })
    return { outcomes, leaseLost }
  }

  async release(worker: string): Promise<Contract.ReleaseAnswer> {
    const answer = await this.#run(verbs.release, [worker, this.#keys.fullChannel], [this.#keys.claims(worker)])
    const [released = 0, remaining = 0] = answer as number[]
    return { released, remaining }
  }

  async renew(worker: string, leaseMs: number): Promise<Contract.RenewAnswer> {
    return decodeRenewal((await this.#run(verbs.renew, [worker, Math.round(leaseMs * 1000)])) as string)
  }

  keepRenewing(
    worker: string,
    options: { leaseMs: number; maxStallMs: number; onAnswer: (answer: Contract.RenewAnswer) => void; onError: (error: unknown) => void },
  ): { stop(): Promise<void> } {
    const { script, keys } = verbs.renew
    return this.#connection.pulse(script, this.#keys.of(keys), [worker, Math.round(options.leaseMs * 1000)], {
      everyMs: renewEveryMs,
      maxStallMs: options.maxStallMs,
      onAnswer: (answer) => options.onAnswer(decodeRenewal(answer as string)),
      onError: options.onError,
    })
  }

  async rescue(leaseMs: number): Promise<Contract.RescueAnswer> {
    const rescueFrom = async (names: readonly string[]) => {
      const args = [Math.round(leaseMs * 1000), this.#keys.fullChannel, storeRun, awayMs, ...names]
      return (await this.#run(verbs.rescue, args, this.#claimsOf(names))) as [number, number, number, number, number, ...string[]]
    }
    let answer = await rescueFrom([])
    const ended = answer.slice(5) as string[]
    if (ended.length > 0) answer = await rescueFrom(ended)
    const [workers, redelivered, suspects, dead, more] = answer
    return { workers, redelivered, suspects, dead, more: more === 1 }
  }

  async cancel(id: string): Promise<Contract.CancelOutcome> {
    let workers: readonly string[] = []
    for (;;) {
      const answer = await this.#run(verbs.cancel, [id, this.#keys.fullChannel, ...workers], this.#claimsOf(workers))
      if (typeof answer === 'string') return answer as Contract.CancelOutcome
      workers = answer as string[]
    }
  }

  async redrive(
    selection: Contract.Selection,
    options: { delayMs?: number; payload?: string; undo?: boolean; skip?: number } = {},
  ): Promise<Contract.RedriveAnswer> {
    const { payload } = options
    if (payload !== undefined && !('ids' in selection && selection.ids.length === 1)) {
      throw new MillraceError('OPTION_INVALID', 'redrive: `payload` goes with exactly one id; nothing changed')
    }
    const [limit, ids] = chosen(selection)
    const args = [
      limit,
      options.skip ?? 0,
      Math.round((options.delayMs ?? 0) * 1000),
      options.undo ? 1 : 0,
      payload === undefined ? '' : `\n${payload}`,
      this.#keys.fullChannel,
      ...ids,
    ]
    const answer = (await this.#run(verbs.redrive, args)) as number[]
    return { ...slice(answer), blocked: answer[2] ?? 0 }
  }

  async promote(selection: Contract.Selection): Promise<Contract.SliceAnswer> {
    const [limit, ids] = chosen(selection)
    return slice(await this.#run(verbs.promote, [limit, this.#keys.fullChannel, ...ids]))
  }

  async purge(state: Contract.PurgeState, limit: number): Promise<Contract.SliceAnswer> {
    return slice(await this.#run(verbs.purge, [state, limit]))
  }

  async pause(): Promise<void> {
    await this.#run(verbs.pause, [])
  }

  async resume(): Promise<void> {
    await this.#run(verbs.resume, [this.#keys.fullChannel])
  }

  async trim(retention: Contract.Retention): Promise<Contract.SliceAnswer> {
    const { completedCount, completedAgeMs, deadCount, deadAgeMs } = retention
    return slice(await this.#run(verbs.trim, [completedCount, completedAgeMs, deadCount, deadAgeMs]))
  }

  async progress(
    worker: string,
    id: string,
    nonce: string,
    report: { ratio?: number; note?: string; lines?: readonly string[] },
  ): Promise<'done' | 'stale'> {
    const { ratio, note, lines = [] } = report
    const args = [id, nonce, ratio === undefined ? '' : String(ratio), note === undefined ? 0 : 1, note ?? '', ...lines.slice(-100)]
    return (await this.#run(verbs.progress, args, [this.#keys.claims(worker)])) as 'done' | 'stale'
  }

  async configure(settings: string): Promise<void> {
    await this.#run(verbs.configure, [settings])
  }

  readonly inspect: Store['inspect'] = {
    stats: async () => decodeStats((await this.#run(verbs.stats, [])) as RawStats),
    settings: async () => ((await this.#run(verbs.settings, [])) as string | null) ?? undefined,
    message: (id) => this.#message(id),
    messages: (query) => this.#messages(query),
  }

  listen(worker: string, listener: (signal: Contract.WorkerSignal) => void): Promise<() => Promise<void>> {
    return this.#connection.subscribe(this.#keys.channel + worker, (text) =>
      listener(text.startsWith('c') ? { kind: 'cancel', id: text.slice(1) } : { kind: 'wake' }),
    )
  }

  async #message(id: string): Promise<Contract.StoredMessage | undefined> {
    let workers: readonly string[] = []
    for (;;) {
      const [, extra, found] = await this.#page('message', { key: id, limit: 1, workers })
      if (found) return decodeMessage(found)
      if (typeof extra === 'string') return undefined
      workers = extra
    }
  }

  /** Reads on until the page is full: one call looks at `limit` messages, of which those of another level are left out. */
  async #messages(query: Contract.MessageQuery): Promise<Contract.MessagePage> {
    if (query.state === 'active') return this.#activeMessages(query)
    const { state, level, term = '', limit } = query
    const found: Contract.StoredMessage[] = []
    const { cursor = '0' } = query
    if (!rankCursor.test(cursor)) throw cursorInvalid(state)
    let offset = Number(cursor)
    let truncated = false
    for (;;) {
      const [next, kept, ...raw] = await this.#page(state, { key: term, level, offset, limit: limit - found.length })
      found.push(...raw.map(decodeMessage))
      if (state === 'completed') truncated = Number(kept) > newestLooked
      const end = next === '' || (state === 'completed' && Number(next) >= newestLooked)
      if (end) return { messages: found, truncated }
      offset = Number(next)
      if (level === undefined || found.length >= limit) return { messages: found, cursor: String(offset), truncated }
    }
  }

  /** By worker, then by id; the cursor names the last of both. */
  async #activeMessages(query: Contract.MessageQuery): Promise<Contract.MessagePage> {
    if (query.cursor !== undefined && !workerCursor.test(query.cursor)) throw cursorInvalid(query.state)
    const [first = '', after = ''] = query.cursor?.split(' ') ?? []
    const { level, limit } = query
    const workers = (await this.#workers()).filter((worker) => worker >= first).sort()
    const found: Contract.StoredMessage[] = []
    for (let at = 0; at < workers.length; at += workersPerCall) {
      const some = workers.slice(at, at + workersPerCall)
      const page = { level, limit: limit - found.length, after: some[0] === first ? after : '', workers: some }
      const [next, , ...raw] = await this.#page('active', page)
      found.push(...raw.map(decodeMessage))
      const last = found.at(-1)
      if (next !== '' && last) return { messages: found, cursor: `${last.worker} ${last.id}`, truncated: false }
    }
    return { messages: found, truncated: false }
  }

  async #workers(): Promise<string[]> {
    const answer = await this.#run(verbs.workers, [])
    return answer as string[]
  }

  async #page(
    what: string,
    of: {
      key?: string
      level?: Contract.MessageQuery['level']
      offset?: number
      limit: number
      after?: string
      workers?: readonly string[]
    },
  ): Promise<RawPage> {
    const { key = '', level, offset = 0, limit, after = '', workers = [] } = of
    const args = [what, key, level === undefined ? '' : levels.indexOf(level), offset, limit, after, maxBytesPerCall, ...workers]
    return (await this.#run(verbs.inspect, args, this.#claimsOf(workers))) as RawPage
  }

  #claimsOf(workers: readonly string[]): string[] {
    return workers.map((worker) => this.#keys.claims(worker))
  }

  #run(verb: Verb, args: readonly ScriptArgument[], more: readonly string[] = []): Promise<unknown> {
    const keys = this.#keys.of(verb.keys)
    return this.#connection.run(verb.script, more.length === 0 ? keys : [...keys, ...more], args)
  }
}

function chosen(selection: Contract.Selection): [limit: number, ids: readonly string[]] {
  return 'ids' in selection ? [0, selection.ids.slice(0, maxMessagesPerCall)] : [Math.min(selection.limit, maxMessagesPerCall), []]
}

function slice(answer: unknown): Contract.SliceAnswer {
  const [changed = 0, more] = answer as number[]
  return { changed, more: more === 1 }
}
