import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { connectEmbedded } from '../connect-embedded.ts'
import { rowCount } from './rows.test.procedure.ts'
import type { KeyValue } from '../../key-value.ts'
import type { EmbeddedStoreConnection } from '../embedded-connection.ts'

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

test('a NUL survives in keys, values, fields, members and entries, and does not join two of them', async () => {
  const [a, b] = ['x\0a', 'x\0b']
  await room.set(a, a)
  await room.set(b, b)
  await room.setField('f', a, a)
  await room.setField('f', b, b)
  await room.zadd('z', 1, b)
  await room.zadd('z', 1, a)
  await room.append('l', a, { max: 5 })
  expect([await room.get(a), await room.get(b)]).toEqual([a, b])
  expect(await room.fields('f')).toEqual(
    new Map([
      [a, a],
      [b, b],
    ]),
  )
  expect(await room.zrange('z', 0, -1)).toEqual([a, b])
  expect(await room.list('l', 5)).toEqual([a])
})

test('rooms and prefixes do not see each other', async () => {
  await room.set('key', 'mine')
  expect(await connection.keyValue('other').get('key')).toBeUndefined()
  await connection.close()
  connection = (await connectEmbedded(folder, { prefix: 'staging:', testClock: true })) as EmbeddedStoreConnection
  expect(await connection.keyValue('room').get('key')).toBeUndefined()
})

test('ranks agree with a sorted array from both ends, with equal scores in order of bytes', async () => {
  const members = ['Z', 'a', 'é', 'zz', '\u{1f600}', '\uffff', ...Array.from({ length: 40 }, (_, n) => `m${n}`)]
  await Promise.all(members.map((member, n) => room.zadd('set', n % 3, member)))
  const sorted = members
    .map((member, n) => ({ member, score: n % 3 }))
    .sort((one, two) => one.score - two.score || Buffer.compare(Buffer.from(one.member), Buffer.from(two.member)))
    .map(({ member }) => member)
  for (const [start, stop] of [
    [0, -1],
    [0, 0],
    [-1, -1],
    [3, 7],
    [-7, -3],
    [30, 200],
    [-200, 2],
    [20, 30],
    [46, 50],
    [5, 4],
  ] as const) {
    const last = stop < 0 ? stop + sorted.length : stop
    const first = Math.max(0, start < 0 ? start + sorted.length : start)
    expect(await room.zrange('set', start, stop)).toEqual(sorted.slice(first, last + 1))
  }
})

test('arguments the store could only misread are refused before they are sent', async () => {
  const refused = { code: 'OPTION_INVALID' }
  await expect(room.zadd('z', Number.NaN, 'm')).rejects.toMatchObject(refused)
  await expect(room.set('k', 'v', { ttlMs: 0 })).rejects.toMatchObject({ ...refused, message: 'ttlMs: 0 is not an integer of at least 1.' })
  await expect(room.incrementField('f', 'n', 0.5)).rejects.toMatchObject(refused)
  await expect(room.append('l', 'v', { max: 0 })).rejects.toMatchObject(refused)
  await expect(room.list('l', -1)).rejects.toMatchObject(refused)
})
