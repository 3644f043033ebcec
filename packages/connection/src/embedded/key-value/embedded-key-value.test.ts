import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { describeKeyValue } from '../../testing/describe-key-value.ts'
import { connectEmbedded } from '../connect-embedded.ts'
import { rowCount } from './rows.test.procedure.ts'
import type { KeyValue } from '../../key-value.ts'
import type { EmbeddedStoreConnection } from '../embedded-connection.ts'

describeKeyValue('the embedded file', async () => {
  const directory = mkdtempSync(join(tmpdir(), 'millrace key-value '))
  const store = await connectEmbedded(directory)
  return {
    room: (name) => store.keyValue(name),
    elsewhere: (name) => store.keyValue(name),
    close: async () => {
      await store.close()
      rmSync(directory, { recursive: true, force: true })
    },
  }
})

let folder: string
let connection: EmbeddedStoreConnection
let room: KeyValue

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'millrace key-value '))
  connection = (await connectEmbedded(folder, { testClock: true })) as EmbeddedStoreConnection
  await connection.setTestClock(1_000_000)
  room = connection.keyValue('room')
})
afterEach(async () => {
  await connection.close()
  rmSync(folder, { recursive: true, force: true })
})

const rows = () => connection.run(rowCount, null)

describe('what is over', () => {
  test('is not seen from its last millisecond on, in any shape', async () => {
    await room.set('value', 'v', { ttlMs: 1_000 })
    await room.setField('fields', 'f', 'v', { ttlMs: 1_000 })
    await room.append('list', 'v', { max: 5, ttlMs: 1_000 })
    await room.acquireLease('lease', 'me', 1_000)
    await connection.setTestClock(1_000_999)
    expect([await room.get('value'), await room.getField('fields', 'f'), await room.list('list', 5), await room.get('lease')]).toEqual([
      'v',
      'v',
      ['v'],
      'me',
    ])
    await connection.setTestClock(1_001_000)
    expect([await room.get('value'), await room.getField('fields', 'f'), await room.list('list', 5), await room.get('lease')]).toEqual([
      undefined,
      undefined,
      [],
      undefined,
    ])
    expect(await room.delete('value', 'fields', 'list', 'lease')).toBe(0)
    expect(await room.acquireLease('lease', 'you', 1_000)).toBe(true)
  })

  test('makes way at once for another shape under the same key', async () => {
    await room.setField('key', 'f', 'v', { ttlMs: 1_000 })
    await connection.setTestClock(1_001_000)
    expect(await room.zadd('key', 1, 'm')).toBe(1)
    expect(await room.zrange('key', 0, -1)).toEqual(['m'])
  })

  test('leaves the file in slices: a large set of members is never removed in one call', async () => {
    await Promise.all(Array.from({ length: 500 }, (_, n) => room.zadd('large', n, `member ${n}`)))
    expect(await rows()).toBe(501)
    expect(await room.delete('large')).toBe(1)
    expect(await room.zcard('large')).toBe(0)
    const left = await rows()
    expect(left).toBeGreaterThan(400)
    // Each write takes more with it than it adds.
    await room.set('other', '1')
    expect(await rows()).toBeLessThan(left)
    for (let writes = 0; writes < 50; writes++) await room.set('other', String(writes))
    expect(await rows()).toBe(1)
  })
})

test('prefixes do not see each other', async () => {
  await room.set('key', 'mine')
  await connection.close()
  connection = (await connectEmbedded(folder, { prefix: 'staging:', testClock: true })) as EmbeddedStoreConnection
  expect(await connection.keyValue('room').get('key')).toBeUndefined()
})
