import { describe, expect, test } from 'vitest'
import { waitUntil } from '../wait-until.ts'
import type { KeyValue } from '../../key-value.ts'
import type { KeyValueStage } from './stage.ts'

/** Long enough to be seen, short enough to be waited for. */
const ttlMs = 300

/** Leases, and all that ends by itself. */
export function rules(stage: KeyValueStage): void {
  describe('a lease', () => {
    test('has one holder, who may prolong it and give it back', async () => {
      const other = stage.elsewhere
      expect(await stage.room.acquireLease('lease', 'me', 60_000)).toBe(true)
      expect(await other.acquireLease('lease', 'you', 60_000)).toBe(false)
      expect(await stage.room.acquireLease('lease', 'me', 60_000)).toBe(true)
      expect(await other.releaseLease('lease', 'you')).toBe(false)
      expect(await stage.room.releaseLease('lease', 'me')).toBe(true)
      expect(await stage.room.releaseLease('lease', 'me')).toBe(false)
      expect(await other.acquireLease('lease', 'you', 60_000)).toBe(true)
    })

    test('wanted by many is given to one', async () => {
      const sides = [stage.room, stage.elsewhere]
      const tries = Array.from({ length: 20 }, (_, index) =>
        (sides[index % 2] as KeyValue).acquireLease('lease', `holder ${index}`, 60_000),
      )
      expect((await Promise.all(tries)).filter(Boolean)).toHaveLength(1)
    })

    test('ends by itself, and not before its time however often it is prolonged', async () => {
      await stage.room.acquireLease('lease', 'me', ttlMs)
      await stage.room.acquireLease('lease', 'me', 60_000)
      await stage.room.acquireLease('short', 'me', ttlMs)
      await waitUntil(async () => expect(await stage.room.acquireLease('short', 'you', 60_000)).toBe(true))
      expect(await stage.room.acquireLease('lease', 'you', 60_000)).toBe(false)
    })
  })

  describe('time', () => {
    test('takes away what has a ttl, in any shape, and leaves the rest', async () => {
      await stage.room.set('value', 'v', { ttlMs })
      await stage.room.compareAndSet('compared', undefined, 'v', { ttlMs })
      await stage.room.setField('fields', 'f', 'v', { ttlMs })
      await stage.room.append('list', 'v', { max: 5, ttlMs })
      await stage.room.set('stays', 'v')
      await waitUntil(async () => {
        expect([
          await stage.room.get('value'),
          await stage.room.get('compared'),
          await stage.room.getField('fields', 'f'),
          await stage.room.list('list', 5),
        ]).toEqual([undefined, undefined, undefined, []])
      })
      expect(await stage.room.get('stays')).toBe('v')
      expect(await stage.room.delete('value', 'fields', 'list')).toBe(0)
      expect(await stage.room.zadd('value', 1, 'another shape')).toBe(1)
    })

    test('begins anew with each set, and ends with one without a ttl', async () => {
      await stage.room.set('again', 'v', { ttlMs })
      await stage.room.set('again', 'v', { ttlMs: 60_000 })
      await stage.room.set('forever', 'v', { ttlMs })
      await stage.room.set('forever', 'v')
      await stage.room.setField('fields', 'a', 'v', { ttlMs })
      await stage.room.setField('fields', 'b', 'v', { ttlMs: 60_000 })
      await stage.room.append('list', 'a', { max: 5, ttlMs })
      await stage.room.append('list', 'b', { max: 5, ttlMs: 60_000 })
      await stage.room.set('witness', 'v', { ttlMs: 2 * ttlMs })
      await waitUntil(async () => expect(await stage.room.get('witness')).toBeUndefined())
      expect([
        await stage.room.get('again'),
        await stage.room.get('forever'),
        (await stage.room.fields('fields')).size,
        await stage.room.list('list', 5),
      ]).toEqual(['v', 'v', 2, ['a', 'b']])
    })

    test('is not changed by what gives none', async () => {
      await stage.room.setField('fields', 'a', 'v', { ttlMs })
      await stage.room.setField('fields', 'b', 'v')
      await stage.room.incrementField('fields', 'n', 1)
      await stage.room.append('list', 'a', { max: 5, ttlMs })
      await stage.room.append('list', 'b', { max: 5 })
      await waitUntil(async () => expect([(await stage.room.fields('fields')).size, await stage.room.list('list', 5)]).toEqual([0, []]))
    })
  })
}
