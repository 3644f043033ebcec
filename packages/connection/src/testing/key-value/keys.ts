import { describe, expect, test } from 'vitest'
import type { KeyValueStage } from './stage.ts'

const refused = { code: 'STORE_REFUSED' }
const invalid = { code: 'OPTION_INVALID' }

/** What a key may be used for, and what is refused. */
export function rules(stage: KeyValueStage): void {
  describe('a key', () => {
    test('holds one shape: used as another it is refused and unchanged', async () => {
      await stage.room.set('value', 'v')
      await stage.room.setField('fields', 'f', 'v')
      await stage.room.zadd('set', 1, 'm')
      await stage.room.append('list', 'e', { max: 5 })
      for (const key of ['fields', 'set', 'list']) {
        await expect(stage.room.get(key)).rejects.toMatchObject(refused)
        await expect(stage.room.set(key, 'v')).rejects.toMatchObject(refused)
        await expect(stage.room.compareAndSet(key, undefined, 'v')).rejects.toMatchObject(refused)
        await expect(stage.room.acquireLease(key, 'me', 1_000)).rejects.toMatchObject(refused)
        await expect(stage.room.releaseLease(key, 'me')).rejects.toMatchObject(refused)
      }
      for (const key of ['value', 'set', 'list']) {
        await expect(stage.room.setField(key, 'f', 'v')).rejects.toMatchObject(refused)
        await expect(stage.room.setField(key, 'f', 'v', { ttlMs: 1_000 })).rejects.toMatchObject(refused)
        await expect(stage.room.getField(key, 'f')).rejects.toMatchObject(refused)
        await expect(stage.room.fields(key)).rejects.toMatchObject(refused)
        await expect(stage.room.deleteField(key, 'f')).rejects.toMatchObject(refused)
        await expect(stage.room.incrementField(key, 'f', 1)).rejects.toMatchObject(refused)
      }
      for (const key of ['value', 'fields', 'list']) {
        await expect(stage.room.zadd(key, 1, 'm')).rejects.toMatchObject(refused)
        await expect(stage.room.zrange(key, 0, -1)).rejects.toMatchObject(refused)
        await expect(stage.room.zrangeByScore(key, 0, 1, 5)).rejects.toMatchObject(refused)
        await expect(stage.room.zrem(key, 'm')).rejects.toMatchObject(refused)
        await expect(stage.room.zcard(key)).rejects.toMatchObject(refused)
      }
      for (const key of ['value', 'fields', 'set']) {
        await expect(stage.room.append(key, 'e', { max: 5 })).rejects.toMatchObject(refused)
        await expect(stage.room.list(key, 5)).rejects.toMatchObject(refused)
      }
      expect([
        await stage.room.get('value'),
        await stage.room.getField('fields', 'f'),
        await stage.room.zrange('set', 0, -1),
        await stage.room.list('list', 5),
      ]).toEqual(['v', 'v', ['m'], ['e']])
    })

    test('belongs to its room', async () => {
      await stage.room.set('key', 'mine')
      expect(await stage.neighbour.get('key')).toBeUndefined()
    })

    test('is changed in the order of the calls', async () => {
      const calls: Promise<unknown>[] = []
      for (let n = 0; n < 50; n++) calls.push(stage.room.append('list', String(n), { max: 100 }), stage.room.set('last', String(n)))
      await Promise.all(calls)
      expect([await stage.room.list('list', 100), await stage.room.get('last')]).toEqual([
        Array.from({ length: 50 }, (_, n) => String(n)),
        '49',
      ])
    })
  })

  test('arguments the store could only misread are refused before they are sent', async () => {
    await expect(stage.room.zadd('z', Number.NaN, 'm')).rejects.toMatchObject(invalid)
    await expect(stage.room.set('k', 'v', { ttlMs: 0 })).rejects.toMatchObject({
      ...invalid,
      message: 'ttlMs: 0 is not an integer of at least 1.',
    })
    await expect(stage.room.compareAndSet('k', undefined, 'v', { ttlMs: 1.5 })).rejects.toMatchObject(invalid)
    await expect(stage.room.setField('f', 'f', 'v', { ttlMs: -1 })).rejects.toMatchObject(invalid)
    await expect(stage.room.incrementField('f', 'n', 0.5)).rejects.toMatchObject(invalid)
    await expect(stage.room.append('l', 'v', { max: 0 })).rejects.toMatchObject(invalid)
    await expect(stage.room.list('l', -1)).rejects.toMatchObject(invalid)
    await expect(stage.room.zrange('z', 0.5, 1)).rejects.toMatchObject(invalid)
    await expect(stage.room.zrangeByScore('z', 0, Number.NaN, 1)).rejects.toMatchObject(invalid)
    await expect(stage.room.zrangeByScore('z', 0, 1, -1)).rejects.toMatchObject(invalid)
    await expect(stage.room.acquireLease('l', 'me', 0)).rejects.toMatchObject(invalid)
  })
}
