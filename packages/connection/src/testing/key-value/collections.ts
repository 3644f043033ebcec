import { describe, expect, test } from 'vitest'
import type { KeyValueStage } from './stage.ts'

const refused = { code: 'STORE_REFUSED' }

/** Fields, sorted sets and lists. */
export function rules(stage: KeyValueStage): void {
  describe('fields', () => {
    test('are set, read and deleted one by one', async () => {
      expect([await stage.room.getField('key', 'f'), await stage.room.fields('key')]).toEqual([undefined, new Map()])
      await stage.room.setField('key', 'a', '1')
      await stage.room.setField('key', 'b', '')
      await stage.room.setField('key', 'a', '2')
      expect(await stage.room.fields('key')).toEqual(
        new Map([
          ['a', '2'],
          ['b', ''],
        ]),
      )
      expect(await stage.room.deleteField('key', 'a', 'c')).toBe(1)
      expect(await stage.room.deleteField('key')).toBe(0)
      expect([await stage.room.getField('key', 'a'), await stage.room.getField('key', 'b')]).toEqual([undefined, ''])
    })

    test('of any name are safe', async () => {
      for (const field of ['__proto__', 'constructor', '1', '']) await stage.room.setField('key', field, field)
      expect(await stage.room.fields('key')).toEqual(new Map(['__proto__', 'constructor', '1', ''].map((field) => [field, field])))
    })

    test('count integers, many at once, and refuse what is none', async () => {
      const sums = await Promise.all(Array.from({ length: 10 }, () => stage.room.incrementField('key', 'n', 3)))
      expect(sums.sort((a, b) => a - b)).toEqual(Array.from({ length: 10 }, (_, index) => 3 * (index + 1)))
      expect(await stage.room.incrementField('key', 'n', -40)).toBe(-10)
      expect(await stage.room.getField('key', 'n')).toBe('-10')
      await stage.room.setField('key', 'text', 'abc')
      await expect(stage.room.incrementField('key', 'text', 1)).rejects.toMatchObject(refused)
      await stage.room.setField('key', 'most', '9223372036854775807')
      await expect(stage.room.incrementField('key', 'most', 1)).rejects.toMatchObject(refused)
      expect(await stage.room.getField('key', 'most')).toBe('9223372036854775807')
    })

    test('a hash without fields is none', async () => {
      await stage.room.setField('key', 'f', 'v')
      await stage.room.deleteField('key', 'f')
      await stage.room.set('key', 'v')
      expect(await stage.room.get('key')).toBe('v')
    })
  })

  describe('sorted sets', () => {
    test('hold a member once, with its last score', async () => {
      expect([await stage.room.zcard('set'), await stage.room.zrange('set', 0, -1)]).toEqual([0, []])
      expect(await stage.room.zadd('set', 2, 'a')).toBe(1)
      expect(await stage.room.zadd('set', 1, 'b')).toBe(1)
      expect(await stage.room.zadd('set', 0.5, 'a')).toBe(0)
      expect(await stage.room.zrange('set', 0, -1)).toEqual(['a', 'b'])
      expect(await stage.room.zrem('set', 'a', 'nobody')).toBe(1)
      expect(await stage.room.zrem('set')).toBe(0)
      expect(await stage.room.zcard('set')).toBe(1)
    })

    test('rank like a sorted array from both ends, with equal scores in order of bytes', async () => {
      const members = ['Z', 'a', 'é', 'zz', '\u{1f600}', '\uffff', ...Array.from({ length: 40 }, (_, n) => `m${n}`)]
      await Promise.all(members.map((member, n) => stage.room.zadd('set', n % 3, member)))
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
        expect(await stage.room.zrange('set', start, stop)).toEqual(sorted.slice(first, last + 1))
      }
    })

    test('are read by score, ends included, at most so many', async () => {
      const scores = { low: -Infinity, a: -1.5, b: 0.1, c: 1e21, d: 1_795_469_184_374_131, high: Infinity }
      for (const [member, score] of Object.entries(scores)) await stage.room.zadd('set', score, member)
      expect(await stage.room.zrangeByScore('set', -Infinity, Infinity, 10)).toEqual(
        ['low', 'a', 'b', 'd', 'c', 'high'].map((member) => ({ member, score: scores[member as 'a'] })),
      )
      expect(await stage.room.zrangeByScore('set', -1.5, 0.1, 10)).toEqual([
        { member: 'a', score: -1.5 },
        { member: 'b', score: 0.1 },
      ])
      expect(await stage.room.zrangeByScore('set', 0, 1e22, 2)).toEqual([
        { member: 'b', score: 0.1 },
        { member: 'd', score: 1_795_469_184_374_131 },
      ])
      expect([
        await stage.room.zrangeByScore('set', 0, 1, 0),
        await stage.room.zrangeByScore('set', 5, 4, 9),
        await stage.room.zrangeByScore('none', 0, 1, 9),
      ]).toEqual([[], [], []])
    })
  })

  describe('lists', () => {
    test('keep their newest entries, and give them oldest first', async () => {
      expect(await stage.room.list('list', 5)).toEqual([])
      for (let n = 1; n <= 7; n++) await stage.room.append('list', `e${n}`, { max: 5 })
      expect(await stage.room.list('list', 100)).toEqual(['e3', 'e4', 'e5', 'e6', 'e7'])
      expect(await stage.room.list('list', 2)).toEqual(['e6', 'e7'])
      expect(await stage.room.list('list', 0)).toEqual([])
      await stage.room.append('list', 'e8', { max: 1 })
      expect(await stage.room.list('list', 5)).toEqual(['e8'])
    })
  })
}
