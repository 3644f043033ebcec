import { describe, expect, test } from 'vitest'
import { waitUntil } from '../wait-until.ts'
import type { KeyValue } from '../../key-value.ts'
import type { KeyValueStage } from './stage.ts'

/** Values, and what is compared and set in one step. */
export function rules(stage: KeyValueStage): void {
  describe('a number', () => {
    test('is counted from nothing, by everybody, and tells how long it is kept', async () => {
      const sides = [stage.room, stage.elsewhere]
      const counted = await Promise.all(
        Array.from({ length: 10 }, (_, index) => (sides[index % 2] as KeyValue).count('n', 3, { ttlMs: 60_000 })),
      )
      expect(counted.map(({ sum }) => sum).sort((a, b) => a - b)).toEqual(Array.from({ length: 10 }, (_, index) => 3 * (index + 1)))
      const { sum, leftMs } = await stage.room.count('n', -31, { ttlMs: 60_000 })
      expect(sum).toBe(-1)
      expect(leftMs).toBeGreaterThan(0)
      expect(leftMs).toBeLessThanOrEqual(60_000)
      expect(await stage.room.get('n')).toBe('-1')
    })

    test('is forgotten after its time, which no later count prolongs', async () => {
      await stage.room.count('n', 5, { ttlMs: 300 })
      await stage.room.count('n', 5, { ttlMs: 60_000 })
      await waitUntil(async () => expect(await stage.room.get('n')).toBeUndefined())
      expect((await stage.room.count('n', 1, { ttlMs: 60_000 })).sum).toBe(1)
      await stage.room.set('set', '7')
      expect(await stage.room.count('set', 1, { ttlMs: 60_000 })).toMatchObject({ sum: 8, leftMs: expect.closeTo(60_000, -4) })
    })

    test('that is none is refused, and stays as it was', async () => {
      await stage.room.set('text', 'abc')
      await expect(stage.room.count('text', 1, { ttlMs: 60_000 })).rejects.toMatchObject({ code: 'STORE_REFUSED' })
      await stage.room.set('most', '9223372036854775807')
      await expect(stage.room.count('most', 1, { ttlMs: 60_000 })).rejects.toMatchObject({ code: 'STORE_REFUSED' })
      expect([await stage.room.get('text'), await stage.room.get('most')]).toEqual(['abc', '9223372036854775807'])
      await expect(stage.room.count('n', 1.5, { ttlMs: 1 })).rejects.toMatchObject({ code: 'OPTION_INVALID' })
      await expect(stage.room.count('n', 1, { ttlMs: 0 })).rejects.toMatchObject({ code: 'OPTION_INVALID' })
    })
  })

  describe('values', () => {
    test('are read as they were set, by everybody', async () => {
      expect(await stage.room.get('key')).toBeUndefined()
      await stage.room.set('key', 'first')
      await stage.room.set('key', 'second')
      expect([await stage.room.get('key'), await stage.elsewhere.get('key')]).toEqual(['second', 'second'])
      await stage.room.set('empty', '')
      expect(await stage.room.get('empty')).toBe('')
    })

    test('of every kind of text come back whole, a NUL within keys does not join two of them', async () => {
      const [a, b] = ['x\0a', 'x\0b']
      for (const text of [a, b, 'é\u{1f600}\uffff', '{}', '\r\n$5\r\n', ' ']) {
        await stage.room.set(text, text)
        await stage.room.setField('fields', text, text)
        await stage.room.append('list', text, { max: 100 })
        await stage.room.zadd('set', 1, text)
      }
      expect([
        await stage.room.get(a),
        await stage.room.get(b),
        await stage.room.get('é\u{1f600}\uffff'),
        await stage.room.get('{}'),
      ]).toEqual([a, b, 'é\u{1f600}\uffff', '{}'])
      expect((await stage.room.fields('fields')).get(b)).toBe(b)
      expect((await stage.room.fields('fields')).size).toBe(6)
      expect((await stage.room.list('list', 100)).slice(0, 2)).toEqual([a, b])
      expect(await stage.room.zcard('set')).toBe(6)
    })

    test('of a megabyte are no matter', async () => {
      const large = 'é'.repeat(500_000)
      await stage.room.set('large', large)
      expect((await stage.room.get('large')) === large).toBe(true)
    })

    test('are deleted, in any shape, and those that existed are counted', async () => {
      await stage.room.set('value', 'v')
      await stage.room.setField('fields', 'f', 'v')
      await stage.room.zadd('set', 1, 'm')
      await stage.room.append('list', 'v', { max: 5 })
      expect(await stage.room.delete()).toBe(0)
      expect(await stage.room.delete('value', 'nothing', 'fields', 'set', 'list')).toBe(4)
      expect(await stage.room.delete('value', 'fields')).toBe(0)
      expect([await stage.room.get('value'), await stage.room.list('list', 5)]).toEqual([undefined, []])
    })

    test('are compared and set in one step', async () => {
      expect(await stage.room.compareAndSet('key', 'x', 'a')).toBe(false)
      expect(await stage.room.get('key')).toBeUndefined()
      expect(await stage.room.compareAndSet('key', undefined, 'a')).toBe(true)
      expect(await stage.room.compareAndSet('key', undefined, 'b')).toBe(false)
      expect(await stage.room.compareAndSet('key', 'b', undefined)).toBe(false)
      expect(await stage.room.compareAndSet('key', 'a', '')).toBe(true)
      expect(await stage.room.get('key')).toBe('')
      // An empty value is one.
      expect(await stage.room.compareAndSet('key', undefined, 'c')).toBe(false)
      expect(await stage.room.compareAndSet('key', '', undefined)).toBe(true)
      expect(await stage.room.get('key')).toBeUndefined()
      expect(await stage.room.compareAndSet('key', undefined, undefined)).toBe(true)
    })

    test('compared and set by many have one winner', async () => {
      const sides = [stage.room, stage.elsewhere]
      const tries = Array.from({ length: 20 }, (_, index) => (sides[index % 2] as KeyValue).compareAndSet('key', undefined, String(index)))
      const won = (await Promise.all(tries)).flatMap((done, index) => (done ? [String(index)] : []))
      expect(won).toEqual([await stage.room.get('key')])
    })
  })
}
