import { checkInteger, checkScore } from '../../key-value-check.ts'
import { acquireLease, append, compareAndSet, count, releaseLease, set, setField } from './scripts.ts'
import type { KeyValueOptions } from '../../connection.ts'
import type { KeyValue } from '../../key-value.ts'
import type { Script, ScriptArgument } from '../script.ts'

/** The part of a connection this needs. */
export interface KeyValueCalls {
  readonly prefix: string
  command(name: string, args: readonly (string | number)[], options: KeyValueOptions): Promise<unknown>
  run(script: Script, keys: readonly string[], args: readonly ScriptArgument[], options: KeyValueOptions): Promise<unknown>
  subscribe(channel: string, listener: (text: string) => void): Promise<() => Promise<void>>
}

/** The Redis side of `KeyValue`: a call is one command, or one small script where it must be atomic. Keys are `<prefix>{room}:<key>`. */
export class RedisKeyValue implements KeyValue {
  readonly #calls: KeyValueCalls
  readonly #room: string
  readonly #keys: string
  readonly #options: KeyValueOptions

  constructor(calls: KeyValueCalls, room: string, options: KeyValueOptions = {}) {
    this.#calls = calls
    this.#room = `{${room}}`
    this.#keys = `${calls.prefix}{${room}}:`
    this.#options = options
  }

  async get(key: string): Promise<string | undefined> {
    return orUndefined(await this.#command('GET', key))
  }

  async set(key: string, value: string, options: { ttlMs?: number } = {}): Promise<void> {
    checkInteger('ttlMs', options.ttlMs, 1)
    await this.#run(set, key, [value, options.ttlMs ?? ''])
  }

  async delete(...keys: string[]): Promise<number> {
    if (keys.length === 0) return 0
    return (await this.#calls.command(
      'UNLINK',
      keys.map((key) => this.#keys + key),
      this.#options,
    )) as number
  }

  async compareAndSet(
    key: string,
    expected: string | undefined,
    value: string | undefined,
    options: { ttlMs?: number } = {},
  ): Promise<boolean> {
    checkInteger('ttlMs', options.ttlMs, 1)
    const args = [expected === undefined ? '0' : '1', expected ?? '', value === undefined ? '0' : '1', value ?? '', options.ttlMs ?? '']
    return (await this.#run(compareAndSet, key, args)) === 1
  }

  async count(key: string, by: number, options: { ttlMs: number }): Promise<{ sum: number; leftMs: number }> {
    checkInteger('by', by)
    checkInteger('ttlMs', options.ttlMs, 1)
    const [sum, leftMs] = (await this.#run(count, key, [by, options.ttlMs])) as [number, number]
    return { sum, leftMs }
  }

  async setField(key: string, field: string, value: string, options: { ttlMs?: number } = {}): Promise<void> {
    checkInteger('ttlMs', options.ttlMs, 1)
    if (options.ttlMs === undefined) await this.#command('HSET', key, field, value)
    else await this.#run(setField, key, [field, value, options.ttlMs])
  }

  async getField(key: string, field: string): Promise<string | undefined> {
    return orUndefined(await this.#command('HGET', key, field))
  }

  async fields(key: string): Promise<Map<string, string>> {
    const flat = (await this.#command('HGETALL', key)) as string[]
    const fields = new Map<string, string>()
    for (let index = 0; index < flat.length; index += 2) fields.set(flat[index] as string, flat[index + 1] as string)
    return fields
  }

  async deleteField(key: string, ...fields: string[]): Promise<number> {
    return fields.length === 0 ? 0 : ((await this.#command('HDEL', key, ...fields)) as number)
  }

  async incrementField(key: string, field: string, by: number): Promise<number> {
    checkInteger('by', by)
    return (await this.#command('HINCRBY', key, field, by)) as number
  }

  async zadd(key: string, score: number, member: string): Promise<number> {
    checkScore('score', score)
    return (await this.#command('ZADD', key, score, member)) as number
  }

  async zrange(key: string, start: number, stop: number): Promise<string[]> {
    checkInteger('start', start)
    checkInteger('stop', stop)
    return (await this.#command('ZRANGE', key, start, stop)) as string[]
  }

  async zrangeByScore(key: string, min: number, max: number, limit: number): Promise<{ member: string; score: number }[]> {
    checkScore('min', min)
    checkScore('max', max)
    checkInteger('limit', limit, 0)
    const answer = (await this.#command('ZRANGEBYSCORE', key, min, max, 'WITHSCORES', 'LIMIT', 0, limit)) as (string | [string, string])[]
    // Pairs, or one flat row where the server speaks the older protocol.
    const flat = answer.flat()
    return Array.from({ length: flat.length / 2 }, (_, index) => ({
      member: flat[2 * index] as string,
      score: toScore(flat[2 * index + 1] as string),
    }))
  }

  async zrem(key: string, ...members: string[]): Promise<number> {
    return members.length === 0 ? 0 : ((await this.#command('ZREM', key, ...members)) as number)
  }

  async zcard(key: string): Promise<number> {
    return (await this.#command('ZCARD', key)) as number
  }

  async append(key: string, value: string, options: { max: number; ttlMs?: number }): Promise<void> {
    checkInteger('max', options.max, 1)
    checkInteger('ttlMs', options.ttlMs, 1)
    await this.#run(append, key, [value, options.max, options.ttlMs ?? ''])
  }

  async list(key: string, limit: number): Promise<string[]> {
    checkInteger('limit', limit, 0)
    return limit === 0 ? [] : ((await this.#command('LRANGE', key, -limit, -1)) as string[])
  }

  async acquireLease(key: string, holder: string, ttlMs: number): Promise<boolean> {
    checkInteger('ttlMs', ttlMs, 1)
    return (await this.#run(acquireLease, key, [holder, ttlMs])) === 1
  }

  async releaseLease(key: string, holder: string): Promise<boolean> {
    return (await this.#run(releaseLease, key, [holder])) === 1
  }

  async publish(channel: string, text: string): Promise<void> {
    await this.#calls.command('PUBLISH', [`${this.#keys}${channel}`, text], this.#options)
  }

  subscribe(channel: string, listener: (text: string) => void): Promise<() => Promise<void>> {
    return this.#calls.subscribe(`${this.#room}:${channel}`, listener)
  }

  #command(name: string, key: string, ...args: (string | number)[]): Promise<unknown> {
    return this.#calls.command(name, [this.#keys + key, ...args], this.#options)
  }

  #run(script: Script, key: string, args: readonly ScriptArgument[]): Promise<unknown> {
    return this.#calls.run(script, [this.#keys + key], args, this.#options)
  }
}

function orUndefined(answer: unknown): string | undefined {
  return answer === null ? undefined : (answer as string)
}

function toScore(text: string): number {
  return text === 'inf' ? Infinity : text === '-inf' ? -Infinity : Number(text)
}
