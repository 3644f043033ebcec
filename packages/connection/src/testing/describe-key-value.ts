import { afterAll, beforeAll, beforeEach, describe } from 'vitest'
import { rules as channels } from './key-value/channels.ts'
import { rules as collections } from './key-value/collections.ts'
import { rules as keys } from './key-value/keys.ts'
import { rules as leasesAndTime } from './key-value/leases-and-time.ts'
import { rules as values } from './key-value/values.ts'
import type { KeyValue } from '../key-value.ts'
import type { KeyValueStage } from './key-value/stage.ts'

/** A store to hold `KeyValue` against. */
export interface KeyValueHarness {
  /** A room of the store; a name not used before is empty. */
  room(name: string): KeyValue
  /** The same room as another process sees it, or, where a store has one process only, the same once more. */
  elsewhere(name: string): KeyValue
  close(): Promise<void>
}

/**
 * What every side of `KeyValue` must do, as vitest tests.
 * @param createHarness called once, before the first rule; closed after the last
 */
export function describeKeyValue(title: string, createHarness: () => Promise<KeyValueHarness>): void {
  describe(`${title} keeps small state`, () => {
    let harness: KeyValueHarness
    let name = ''
    let rooms = 0
    const stage: KeyValueStage = {
      get room() {
        return harness.room(name)
      },
      get elsewhere() {
        return harness.elsewhere(name)
      },
      get neighbour() {
        return harness.room(`${name}-neighbour`)
      },
    }
    beforeAll(async () => {
      harness = await createHarness()
    })
    afterAll(() => harness.close())
    beforeEach(() => {
      name = `room-${++rooms}`
    })

    for (const rules of [values, collections, leasesAndTime, keys, channels]) rules(stage)
  })
}
