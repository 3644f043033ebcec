import type { AttemptRecord, ClaimAnswer, ClaimCall, Result, Retention, SettleAnswer, Store, Turns } from '../../store/store.ts'

/** 8:4:2:1 as turns. */
export const defaultTurns: Turns = [0, 1, 0, 2, 0, 1, 0, 3, 0, 1, 0, 2, 0, 1, 0]

/** Keeps everything the contract's tests make. */
export const keepAll: Retention = { completedCount: 1000, completedAgeMs: 3_600_000, deadCount: 10_000, deadAgeMs: 2_592_000_000 }

/** A generated id of 14 characters whose order is that of the names. */
export function idOf(name: string): string {
  return name.padStart(14, '0')
}

/** The name an id was made from. */
export function nameOf(id: string): string {
  return id.replace(/^0+(?=.)/, '')
}

export function namesOf(messages: readonly { readonly id: string }[]): string[] {
  return messages.map((message) => nameOf(message.id))
}

let nonces = 0

/** 11 characters nobody used before in this process. */
export function freshNonce(): string {
  nonces += 1
  return nonces.toString(36).padStart(11, '-')
}

/** A worker as the store sees one: numbered calls, one nonce each, and the nonces of what it holds. */
export class TestWorker {
  readonly id: string
  /** Message id → nonce of the claim that gave it. Never forgotten, so that late results can be sent. */
  readonly nonces = new Map<string, string>()
  number = 0
  lastCall: ClaimCall | undefined
  readonly #store: Store

  constructor(store: Store, name: string) {
    this.#store = store
    this.id = idOf(name)
  }

  /** The next claim. */
  claim(limit = 10, more: Partial<ClaimCall> = {}): Promise<ClaimAnswer> {
    this.number += 1
    return this.send({
      worker: this.id,
      number: this.number,
      nonce: freshNonce(),
      results: [],
      leaseMs: 15_000,
      retention: keepAll,
      limit,
      idle: false,
      turns: defaultTurns,
      ...more,
    })
  }

  /** The last call again, as after a lost answer. */
  repeat(): Promise<ClaimAnswer> {
    if (!this.lastCall) throw new Error('there is no call to repeat')
    return this.send(this.lastCall)
  }

  settle(results: readonly Result[], more: Partial<ClaimCall> = {}): Promise<SettleAnswer> {
    this.number += 1
    return this.#store.settle({
      worker: this.id,
      number: this.number,
      nonce: freshNonce(),
      results,
      leaseMs: 15_000,
      retention: keepAll,
      ...more,
    })
  }

  async send(call: ClaimCall): Promise<ClaimAnswer> {
    this.lastCall = call
    const answer = await this.#store.claim(call)
    for (const message of answer.messages) this.nonces.set(message.id, call.nonce)
    return answer
  }

  done(name: string, value?: string): Result {
    return { ...this.#claimOf(name), kind: 'done', ...(value === undefined ? {} : { value }) }
  }

  failed(name: string, delayMs = 0, attempt: Partial<AttemptRecord> = {}): Result {
    return { ...this.#claimOf(name), kind: 'failed', delayMs, attempt: attemptText(this.id, attempt) }
  }

  dead(name: string, reason = 'gave up', terms: readonly string[] = [], attempt: Partial<AttemptRecord> = {}): Result {
    return { ...this.#claimOf(name), kind: 'dead', reason, terms, attempt: attemptText(this.id, attempt) }
  }

  released(name: string): Result {
    return { ...this.#claimOf(name), kind: 'released' }
  }

  #claimOf(name: string): { id: string; nonce: string } {
    const id = this.nonces.has(name) ? name : idOf(name)
    return { id, nonce: this.nonces.get(id) ?? freshNonce() }
  }
}

function attemptText(worker: string, attempt: Partial<AttemptRecord>): string {
  const record: AttemptRecord = {
    attempt: 1,
    worker,
    startedAtMs: 1_800_000_000_000,
    runMs: 5,
    error: { name: 'Error', message: 'no luck' },
    ...attempt,
  }
  return JSON.stringify(record)
}
