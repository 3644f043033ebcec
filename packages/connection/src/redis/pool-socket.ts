import { PlainCall, ScriptCall } from './store-call.ts'
import type { KeyValueCalls } from './key-value/redis-key-value.ts'
import type { RedisLink } from './redis-link.ts'
import type { Script, ScriptArgument } from './script.ts'
import type { SentScript } from './store-call.ts'

/** The connection a socket of the pool belongs to. */
interface PoolOwner extends Pick<KeyValueCalls, 'prefix' | 'subscribe'> {
  sent(script: Script): SentScript
}

/**
 * One socket of the pool, opened when something is first sent on it: large answers of the cache never hold up the queues' calls.
 * A call gives up after `commandTimeoutMs`: who has to wait longer for a cache is better off without it.
 */
export class PoolSocket implements KeyValueCalls {
  readonly #owner: PoolOwner
  readonly #open: () => RedisLink
  #link: RedisLink | undefined

  constructor(owner: PoolOwner, open: () => RedisLink) {
    this.#owner = owner
    this.#open = open
  }

  get prefix(): string {
    return this.#owner.prefix
  }

  async command(name: string, args: readonly (string | number)[]): Promise<unknown> {
    this.#link ??= this.#open()
    return this.#link.call(new PlainCall(name, args))
  }

  async run(script: Script, keys: readonly string[], args: readonly ScriptArgument[]): Promise<unknown> {
    this.#link ??= this.#open()
    return this.#link.call(new ScriptCall(this.#owner.sent(script), keys, args))
  }

  subscribe(channel: string, listener: (text: string) => void): Promise<() => Promise<void>> {
    return this.#owner.subscribe(channel, listener)
  }

  close(): void {
    this.#link?.close()
  }
}
