import type { Level } from '@millrace/contract'

/** One message of the sample, before it is enqueued. */
export interface SampleMessage {
  readonly name: 'sample.notice' | 'sample.page' | 'sample.report' | 'sample.invoice'
  readonly priority: Level
}

/** How often the plan is asked, ms. */
export const tickMs = 500
/** How many messages the sample runs at once: about 130 a second, less than a burst brings. */
export const concurrency = 4

/** A burst of the lowest level, each 40 s; it fills its lane faster than its share empties it. */
const burst = { everyTicks: 80, ticks: 6, perTick: 220 }
/** Notices come in a shower, each 15 s. */
const shower = { everyTicks: 30, perTick: 60 }

/** What is enqueued at a tick, counted from 0: a steady stream over the levels, showers, bursts. Pure. */
export function messagesAt(tick: number): SampleMessage[] {
  const messages: SampleMessage[] = []
  const add = (count: number, name: SampleMessage['name'], priority: Level) => {
    for (let number = 0; number < count; number += 1) messages.push({ name, priority })
  }
  add(3, 'sample.notice', 'urgent')
  add(8, 'sample.page', 'high')
  add(14, 'sample.page', 'normal')
  add(4, 'sample.report', 'low')
  if (tick % 4 === 0) add(1, 'sample.invoice', 'normal')
  if (tick % shower.everyTicks === 0) add(shower.perTick, 'sample.notice', 'urgent')
  if (tick % burst.everyTicks < burst.ticks) add(burst.perTick, 'sample.report', 'low')
  return messages
}

/** How long a handler of the sample works, ms: most quickly, a few slowly. `chance` is 0…1. */
export function workMs(name: SampleMessage['name'], chance: number): number {
  const usual = { 'sample.notice': 8, 'sample.page': 20, 'sample.report': 35, 'sample.invoice': 60 }[name]
  return usual * (chance > 0.99 ? 15 : chance > 0.9 ? 4 : 0.5 + chance)
}

/** Invoices fail, most of them for good: a newcomer sees retries, dead messages and a redrive. */
export function failureOf(name: SampleMessage['name'], chance: number): string | undefined {
  if (name !== 'sample.invoice') return undefined
  if (chance < 0.5) return 'the sample ledger refused the invoice'
  return chance < 0.8 ? 'the sample mail server did not answer' : undefined
}
