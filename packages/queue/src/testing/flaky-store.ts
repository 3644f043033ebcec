import { MillraceError } from '@millrace/connection'
import type { Store } from '../store/store.ts'

/** What of a store may fail: every call that answers a promise. */
export type StoreVerb = Exclude<keyof Store, 'queue' | 'keepRenewing' | 'inspect'> | `inspect.${keyof Store['inspect']}`

/**
 * What happens to a call. `fail-before`: it never reaches the store. `fail-after`: it took effect, its answer is lost. `delay`: it is
 * sent after `ms`. `delay-answer`: it takes effect at once, its answer comes after `ms`. `repeat`: it is sent twice with equal arguments,
 * as a connection does that lost the first answer, and the second answer is given.
 */
export type Fault =
  { readonly kind: 'fail-before' | 'fail-after' | 'repeat' } | { readonly kind: 'delay' | 'delay-answer'; readonly ms: number }

/** Asked at each call; undefined lets it through. */
export type FaultPlan = (verb: StoreVerb, args: readonly unknown[]) => Fault | undefined

type Call = (...args: unknown[]) => Promise<unknown>

/**
 * A store with faults in front of it, for tests of what stands above one. Failures reject STORE_UNAVAILABLE as a real outage does.
 * Built from the names a store has, so a new verb is covered from its first day. `keepRenewing` and `listen` pass through, except that
 * `listen` may fail like a verb; what does not answer a promise is never touched.
 */
export class FlakyStore {
  /** Use it wherever a store is wanted. */
  readonly store: Store
  /** How often each verb was called. */
  readonly calls = new Map<StoreVerb, number>()
  readonly #pause: (ms: number) => Promise<void>
  #plan: FaultPlan
  readonly #once: { readonly verb: StoreVerb; readonly fault: Fault }[] = []

  /** @param options.pause how delays wait. @defaultValue the machine's timer */
  constructor(inner: Store, options: { readonly plan?: FaultPlan; readonly pause?: (ms: number) => Promise<void> } = {}) {
    this.#plan = options.plan ?? (() => undefined)
    this.#pause = options.pause ?? ((ms) => new Promise((resolve) => setTimeout(resolve, ms)))
    this.store = this.#wrap(inner, '') as Store
  }

  /** Has the next call of `verb` meet `fault`; several wait in order. */
  next(verb: StoreVerb, fault: Fault): void {
    this.#once.push({ verb, fault })
  }

  /** From now on every call is decided by `plan`. */
  always(plan: FaultPlan): void {
    this.#plan = plan
  }

  /** No more faults. */
  heal(): void {
    this.#plan = () => undefined
    this.#once.length = 0
  }

  #wrap(inner: object, path: string): object {
    return new Proxy(inner, {
      get: (target, name) => {
        const value: unknown = Reflect.get(target, name, target)
        if (typeof name !== 'string' || name === 'keepRenewing') return typeof value === 'function' ? value.bind(target) : value
        if (name === 'inspect' && typeof value === 'object' && value !== null) return this.#wrap(value, 'inspect.')
        if (typeof value !== 'function') return value
        return (...args: unknown[]) => this.#call(`${path}${name}` as StoreVerb, args, value.bind(target) as Call)
      },
    })
  }

  async #call(verb: StoreVerb, args: readonly unknown[], call: Call): Promise<unknown> {
    this.calls.set(verb, (this.calls.get(verb) ?? 0) + 1)
    const fault = this.#take(verb) ?? this.#plan(verb, args)
    switch (fault?.kind) {
      case 'fail-before':
        throw unavailable(verb)
      case 'fail-after':
        await call(...args)
        throw unavailable(verb)
      case 'delay':
        await this.#pause(fault.ms)
        return call(...args)
      case 'delay-answer': {
        const answer = await call(...args)
        await this.#pause(fault.ms)
        return answer
      }
      case 'repeat':
        await call(...args)
        return call(...args)
      case undefined:
        return call(...args)
    }
  }

  #take(verb: StoreVerb): Fault | undefined {
    const index = this.#once.findIndex((waiting) => waiting.verb === verb)
    return index < 0 ? undefined : this.#once.splice(index, 1)[0]?.fault
  }
}

function unavailable(verb: StoreVerb): MillraceError {
  return new MillraceError('STORE_UNAVAILABLE', `the store did not answer ${verb} in time; repeat it, its outcome is unknown`)
}
