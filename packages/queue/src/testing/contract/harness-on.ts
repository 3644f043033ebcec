import { randomBytes } from 'node:crypto'
import type { Store } from '../../store/store.ts'
import { FakeClock } from '../fake-clock.ts'
import type { StoreHarness } from './harness.ts'

/** A place where queues can be opened and time can be set: a connection made with `testClock`, as a store's tests have it. */
export interface TestPlace {
  /** A store object on this queue; called twice for one queue where two processes are played. */
  openStore(queue: string): Store | Promise<Store>
  /** Sets what the place's clock shows, ms since 1970 with µs as the fraction. */
  setTestClock(ms: number): Promise<void>
  close(): Promise<void>
}

/** A harness whose queues have names nobody used before, so that many test files may share one server. */
export async function harnessOn(place: TestPlace): Promise<StoreHarness> {
  const clock = new FakeClock()
  let queue = ''
  await place.setTestClock(clock.now())
  return {
    open: async () => {
      queue = `test-${randomBytes(9).toString('hex')}`
      return place.openStore(queue)
    },
    store2: async () => place.openStore(queue),
    advance: (ms) => {
      clock.advance(ms)
      return place.setTestClock(clock.now())
    },
    now: () => clock.now(),
    close: () => place.close(),
  }
}
