import { checkInteger, checkScore } from '../../key-value-check.ts'
import { procedureFor } from './procedure.ts'
import type { KeyValue } from '../../key-value.ts'
import type { LocalChannels } from '../../local-channels.ts'
import type { StoreLink } from '../store-link.ts'
import type { KeyValueCall } from './procedure.ts'

/** A call without its room: the union's members keep their own fields. */
type WithoutRoom<Call> = Call extends unknown ? Omit<Call, 'room'> : never

/**
 * The embedded side of `KeyValue`: a call is one procedure, and publishing stays within the process.
 * Costs beyond the port's: `zrange` also counts the ranks between the range and the nearer end.
 */
export class EmbeddedKeyValue implements KeyValue {
  readonly #link: StoreLink
  readonly #channels: LocalChannels
  readonly #room: string

  /** @param room with the connection's prefix */
  constructor(link: StoreLink, channels: LocalChannels, room: string) {
    this.#link = link
    this.#channels = channels
    this.#room = room
  }

  get(key: string): Promise<string | undefined> {
    return this.#run({ verb: 'get', key })
  }

  async set(key: string, value: string, options: { ttlMs?: number } = {}): Promise<void> {
    checkInteger('ttlMs', options.ttlMs, 1)
    return this.#run({ verb: 'set', key, value, ttlMs: options.ttlMs })
  }

  delete(...keys: string[]): Promise<number> {
    return this.#run({ verb: 'delete', key: '', keys })
  }

  async compareAndSet(
    key: string,
    expected: string | undefined,
    value: string | undefined,
    options: { ttlMs?: number } = {},
  ): Promise<boolean> {
    checkInteger('ttlMs', options.ttlMs, 1)
    return this.#run({ verb: 'compareAndSet', key, expected, value, ttlMs: options.ttlMs })
  }

  async count(key: string, by: number, options: { ttlMs: number }): Promise<{ sum: number; leftMs: number }> {
    checkInteger('by', by)
    checkInteger('ttlMs', options.ttlMs, 1)
    return this.#run({ verb: 'count', key, by, ttlMs: options.ttlMs })
  }

  async setField(key: string, field: string, value: string, options: { ttlMs?: number } = {}): Promise<void> {
    checkInteger('ttlMs', options.ttlMs, 1)
    return this.#run({ verb: 'setField', key, field, value, ttlMs: options.ttlMs })
  }

  getField(key: string, field: string): Promise<string | undefined> {
    return this.#run({ verb: 'getField', key, field })
  }

  async fields(key: string): Promise<Map<string, string>> {
    return new Map(await this.#run<[string, string][]>({ verb: 'fields', key }))
  }

  deleteField(key: string, ...fields: string[]): Promise<number> {
    return this.#run({ verb: 'deleteField', key, fields })
  }

  async incrementField(key: string, field: string, by: number): Promise<number> {
    checkInteger('by', by)
    return this.#run({ verb: 'incrementField', key, field, by })
  }

  async zadd(key: string, score: number, member: string): Promise<number> {
    checkScore('score', score)
    return this.#run({ verb: 'zadd', key, score, member })
  }

  async zrange(key: string, start: number, stop: number): Promise<string[]> {
    checkInteger('start', start)
    checkInteger('stop', stop)
    return this.#run({ verb: 'zrange', key, start, stop })
  }

  async zrangeByScore(key: string, min: number, max: number, limit: number): Promise<{ member: string; score: number }[]> {
    checkScore('min', min)
    checkScore('max', max)
    checkInteger('limit', limit, 0)
    return this.#run({ verb: 'zrangeByScore', key, min, max, limit })
  }

  zrem(key: string, ...members: string[]): Promise<number> {
    return this.#run({ verb: 'zrem', key, members })
  }

  zcard(key: string): Promise<number> {
    return this.#run({ verb: 'zcard', key })
  }

  async append(key: string, value: string, options: { max: number; ttlMs?: number }): Promise<void> {
    checkInteger('max', options.max, 1)
    checkInteger('ttlMs', options.ttlMs, 1)
    return this.#run({ verb: 'append', key, value, ...options })
  }

  async list(key: string, limit: number): Promise<string[]> {
    checkInteger('limit', limit, 0)
    return this.#run({ verb: 'list', key, limit })
  }

  async acquireLease(key: string, holder: string, ttlMs: number): Promise<boolean> {
    checkInteger('ttlMs', ttlMs, 1)
    return this.#run({ verb: 'acquireLease', key, holder, ttlMs })
  }

  releaseLease(key: string, holder: string): Promise<boolean> {
    return this.#run({ verb: 'releaseLease', key, holder })
  }

  async publish(channel: string, text: string): Promise<void> {
    const refused = this.#link.refusal()
    if (refused) throw refused
    // Not within the caller's own turn: a subscriber never runs in the middle of the code that published.
    await Promise.resolve()
    this.#channels.publish(`${this.#room}:${channel}`, text)
  }

  async subscribe(channel: string, listener: (text: string) => void): Promise<() => Promise<void>> {
    const refused = this.#link.refusal()
    if (refused) throw refused
    const stop = this.#channels.add(`${this.#room}:${channel}`, listener)
    return async () => stop()
  }

  #run<Answer>(call: WithoutRoom<KeyValueCall>): Promise<Answer> {
    return this.#link.call(procedureFor(call.verb), { room: this.#room, ...call }) as Promise<Answer>
  }
}
