import { expect, test } from 'vitest'
import type { Connection, ConnectionHealth } from '@millrace/connection'
import { StoreCollector } from './store.ts'

test('a store is not connected once two pings in a row were not answered, or as soon as its connection is gone', async () => {
  const answers: (number | null)[] = [1, null, 1, null, null, 1]
  let connected = true
  const connection = {
    kind: 'redis',
    durability: 'crash-safe',
    get connected() {
      return connected
    },
    health: async () => ({ latencyMs: answers.shift() ?? null }) as ConnectionHealth,
  } as Connection
  const collector = new StoreCollector(connection)
  const told: boolean[] = []
  for (let reading = 0; reading < 6; reading += 1) told.push((await collector.read()).connected)
  expect(told).toEqual([true, true, true, true, false, true])
  connected = false
  expect((await collector.read()).connected).toBe(false)
})
