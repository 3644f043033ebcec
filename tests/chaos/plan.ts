/** What becomes of a message is written in its number: producer, handler and checker work it out alone from the run's seed. */
import { Chance } from './chance.ts'

const levels = ['urgent', 'high', 'normal', 'low'] as const

export interface Plan {
  readonly priority: (typeof levels)[number]
  /** ms; 0 is due at once. */
  readonly delayMs: number
  /** The producer gives an id of its own, so that it may repeat a call whose outcome it does not know. */
  readonly ownId: boolean
  /** The producer sends it twice on purpose (only with an own id). */
  readonly twice: boolean
  /** The handler fails while `retries` is below this. */
  readonly failures: number
  /** How long the handler works, ms. */
  readonly workMs: number
}

/** Every message has so many attempts: one that fails more often is dead. */
export const maxRetries = 3

/** Before the second attempt; doubled before the third. */
export const retryDelayMs = 1000

/** Failures of a message that never succeeds. */
const always = maxRetries

export function planOf(seed: number, number: number): Plan {
  const chance = new Chance(Math.imul(seed, 0x9e3779b1) ^ Math.imul(number + 1, 0x85ebca6b))
  const priority = chance.pick(levels)
  const delayMs = chance.happens(0.05) ? chance.between(50, 3000) : 0
  const ownId = chance.happens(0.1)
  const twice = ownId && chance.happens(0.5)
  const failures = chance.happens(0.01) ? always : chance.happens(0.03) ? chance.between(1, maxRetries - 1) : 0
  const workMs = chance.happens(0.1) ? chance.between(60, 150) : chance.between(10, 50)
  return { priority, delayMs, ownId, twice, failures, workMs }
}

/** True for a message whose handler fails each time: it must end dead. */
export function isPoison(plan: Plan): boolean {
  return plan.failures >= always
}

export interface Payload {
  readonly number: number
  readonly text: string
}

/** About 200 bytes of JSON that tell whether they are still the producer's. */
export function payloadOf(number: number): Payload {
  const word = (number * 2_654_435_761) % 2 ** 32
  return { number, text: `message ${number}, ${`${word.toString(36)} “ü” `.repeat(12)}` }
}

export function keyOf(number: number): string {
  return `m${number}`
}

export function numberOf(key: string): number {
  return Number(key.slice(1))
}
