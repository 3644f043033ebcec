import { refuseUnknown, requireNumber, requireObject } from '../check.ts'
import type { Clock } from '../clock.ts'
import type { Store } from '../store/store.ts'
import type { ClaimLoop } from './claim-loop.ts'

/** What became of what a worker had in hand when it was closed. */
export interface CloseReport {
  /** Handlers that ended before the deadline. */
  readonly finished: number
  /** Messages handed back without an attempt: those that had not started, and those whose handlers were aborted. */
  readonly released: number
}

/** After the deadline the last results and releases get this long, ms; a store that is away then finds out by the lease. */
export const graceMs = 3000
const lookEveryMs = 2
const defaultDeadlineMs = 10_000
const optionNames: ReadonlySet<string> = new Set(['deadlineMs'])

/** How long running handlers may go on, ms. @throws OPTION_INVALID */
export function requireCloseOptions(where: string, options: unknown): number {
  const given = requireObject(where, options) as { readonly deadlineMs?: unknown }
  refuseUnknown(where, given, optionNames)
  if (given.deadlineMs === undefined) return defaultDeadlineMs
  return requireNumber(where, 'deadlineMs', given.deadlineMs, { min: 0, max: Number.POSITIVE_INFINITY })
}

/** The steps of a worker's end. Always resolves. */
export async function closeLoop(
  loop: ClaimLoop,
  store: Store,
  clock: Clock,
  deadlineMs: number,
  onError: (error: unknown) => void,
): Promise<CloseReport> {
  const running = loop.slots.running
  const waiting = loop.slots.waiting
  const worker = loop.worker
  const deadline = clock.now() + deadlineMs
  loop.beginClosing()
  await until(clock, deadline, () => loop.stopped || (loop.slots.empty && loop.unsettled === 0))
  const aborted = loop.abortRunning()
  await until(clock, Math.max(deadline, clock.now()) + graceMs, () => loop.stopped || loop.unsettled === 0)
  // A renewal that comes after the release finds nothing to renew, so the thread need not be waited for first.
  const stopped = loop.stop()
  await within(clock, graceMs, Promise.all([stopped, releaseAll(store, worker)])).catch(onError)
  return { finished: running - aborted, released: waiting + aborted }
}

async function releaseAll(store: Store, worker: string): Promise<void> {
  while ((await store.release(worker)).remaining > 0);
}

/** Looks again and again: closing is rare, and what it waits for ends in many places. */
async function until(clock: Clock, deadline: number, condition: () => boolean): Promise<void> {
  while (!condition() && clock.now() < deadline) await new Promise<void>((resolve) => clock.after(lookEveryMs, resolve))
}

/** Waits for `work`, but not longer than `ms`; what it ends in after that is not heard. */
export async function within(clock: Clock, ms: number, work: Promise<unknown>): Promise<void> {
  let cancel: (() => void) | undefined
  const limit = new Promise<void>((resolve) => (cancel = clock.after(ms, resolve)))
  await Promise.race([work, limit])
  cancel?.()
}
