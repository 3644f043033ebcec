import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest'
import type { KeyValue } from '../key-value.ts'

/** A store to hold `KeyValue` against. */
export interface KeyValueHarness {
  /** A room of the store; a name not used before is empty. */
  room(name: string): KeyValue
  /** The same room as another process sees it, or, where a store has one process only, the same once more. */
  elsewhere(name: string): KeyValue
  close(): Promise<void>
}

const refused = { code: 'STORE_REFUSED' }
const invalid = { code: 'OPTION_INVALID' }
/** Long enough to be seen, short enough to be waited for. */
const ttlMs = 60

/**
 * What every side of `KeyValue` must do, as vitest tests.
 * @param createHarness called once, before the first rule; closed after the last
 */
export function describeKeyValue(title: string, createHarness: () => Promise<KeyValueHarness>): void {
  describe(`${title} keeps small state`, () => {
    let harness: KeyValueHarness
    let room: KeyValue
    let name = ''
    let rooms = 0
    beforeAll(async () => {
      harness = await createHarness()
    })
    afterAll(() => harness.close())
    beforeEach(() => {
      name = `room-${++rooms}`
      room = harness.room(name)
    })

    describe('values', () => {
      test('are read as they were set, by everybody', async () => {
        expect(await room.get('key')).toBeUndefined()
        await room.set('key', 'first')
        await room.set('key', 'second')
        expect([await room.get('key'), await harness.elsewhere(name).get('key')]).toEqual(['second', 'second'])
        await room.set('empty', '')
        expect(await room.get('empty')).toBe('')
      })

      test('of every kind of text come back whole, a NUL within keys does not join two of them', async () => {
        const [a, b] = ['x\0a', 'x\0b']
        for (const text of [a, b, 'é\u{1f600}\uffff', '{}', '\r\n$5\r\n', ' ']) {
          await room.set(text, text)
          await room.setField('fields', text, text)
          await room.append('list', text, { max: 100 })
          await room.zadd('set', 1, text)
        }
        expect([await room.get(a), await room.get(b), await room.get('é\u{1f600}\uffff'), await room.get('{}')]).toEqual([
          a,
          b,
          'é\u{1f600}\uffff',
          '{}',
        ])
        expect((await room.fields('fields')).get(b)).toBe(b)
        expect((await room.fields('fields')).size).toBe(6)
        expect((await room.list('list', 100)).slice(0, 2)).toEqual([a, b])
        expect(await room.zcard('set')).toBe(6)
      })

      test('of a megabyte are no matter', async () => {
        const large = 'é'.repeat(500_000)
        await room.set('large', large)
        expect((await room.get('large')) === large).toBe(true)
      })

      test('are deleted, in any shape, and those that existed are counted', async () => {
        await room.set('value', 'v')
        await room.setField('fields', 'f', 'v')
        await room.zadd('set', 1, 'm')
        await room.append('list', 'v', { max: 5 })
        expect(await room.delete()).toBe(0)
        expect(await room.delete('value', 'nothing', 'fields', 'set', 'list')).toBe(4)
        expect(await room.delete('value', 'fields')).toBe(0)
        expect([await room.get('value'), await room.list('list', 5)]).toEqual([undefined, []])
      })

      test('are compared and set in one step', async () => {
        expect(await room.compareAndSet('key', 'x', 'a')).toBe(false)
        expect(await room.get('key')).toBeUndefined()
        expect(await room.compareAndSet('key', undefined, 'a')).toBe(true)
        expect(await room.compareAndSet('key', undefined, 'b')).toBe(false)
        expect(await room.compareAndSet('key', 'b', undefined)).toBe(false)
        expect(await room.compareAndSet('key', 'a', '')).toBe(true)
        expect(await room.get('key')).toBe('')
        // An empty value is one.
        expect(await room.compareAndSet('key', undefined, 'c')).toBe(false)
        expect(await room.compareAndSet('key', '', undefined)).toBe(true)
        expect(await room.get('key')).toBeUndefined()
        expect(await room.compareAndSet('key', undefined, undefined)).toBe(true)
      })

      test('compared and set by many have one winner', async () => {
        const sides = [room, harness.elsewhere(name)]
        const tries = Array.from({ length: 20 }, (_, index) =>
          (sides[index % 2] as KeyValue).compareAndSet('key', undefined, String(index)),
        )
        const won = (await Promise.all(tries)).flatMap((done, index) => (done ? [String(index)] : []))
        expect(won).toEqual([await room.get('key')])
      })
    })

    describe('fields', () => {
      test('are set, read and deleted one by one', async () => {
        expect([await room.getField('key', 'f'), await room.fields('key')]).toEqual([undefined, new Map()])
        await room.setField('key', 'a', '1')
        await room.setField('key', 'b', '')
        await room.setField('key', 'a', '2')
        expect(await room.fields('key')).toEqual(
          new Map([
            ['a', '2'],
            ['b', ''],
          ]),
        )
        expect(await room.deleteField('key', 'a', 'c')).toBe(1)
        expect(await room.deleteField('key')).toBe(0)
        expect([await room.getField('key', 'a'), await room.getField('key', 'b')]).toEqual([undefined, ''])
      })

      test('of any name are safe', async () => {
        for (const field of ['__proto__', 'constructor', '1', '']) await room.setField('key', field, field)
        expect(await room.fields('key')).toEqual(new Map(['__proto__', 'constructor', '1', ''].map((field) => [field, field])))
      })

      test('count integers, many at once, and refuse what is none', async () => {
        const sums = await Promise.all(Array.from({ length: 10 }, () => room.incrementField('key', 'n', 3)))
        expect(sums.sort((a, b) => a - b)).toEqual(Array.from({ length: 10 }, (_, index) => 3 * (index + 1)))
        expect(await room.incrementField('key', 'n', -40)).toBe(-10)
        expect(await room.getField('key', 'n')).toBe('-10')
        await room.setField('key', 'text', 'abc')
        await expect(room.incrementField('key', 'text', 1)).rejects.toMatchObject(refused)
        await room.setField('key', 'most', '9223372036854775807')
        await expect(room.incrementField('key', 'most', 1)).rejects.toMatchObject(refused)
        expect(await room.getField('key', 'most')).toBe('9223372036854775807')
      })

      test('a hash without fields is none', async () => {
        await room.setField('key', 'f', 'v')
        await room.deleteField('key', 'f')
        await room.set('key', 'v')
        expect(await room.get('key')).toBe('v')
      })
    })

    describe('sorted sets', () => {
      test('hold a member once, with its last score', async () => {
        expect([await room.zcard('set'), await room.zrange('set', 0, -1)]).toEqual([0, []])
        expect(await room.zadd('set', 2, 'a')).toBe(1)
        expect(await room.zadd('set', 1, 'b')).toBe(1)
        expect(await room.zadd('set', 0.5, 'a')).toBe(0)
        expect(await room.zrange('set', 0, -1)).toEqual(['a', 'b'])
        expect(await room.zrem('set', 'a', 'nobody')).toBe(1)
        expect(await room.zrem('set')).toBe(0)
        expect(await room.zcard('set')).toBe(1)
      })

      test('rank like a sorted array from both ends, with equal scores in order of bytes', async () => {
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

      test('are read by score, ends included, at most so many', async () => {
        const scores = { low: -Infinity, a: -1.5, b: 0.1, c: 1e21, d: 1_795_469_184_374_131, high: Infinity }
        for (const [member, score] of Object.entries(scores)) await room.zadd('set', score, member)
        expect(await room.zrangeByScore('set', -Infinity, Infinity, 10)).toEqual(
          ['low', 'a', 'b', 'd', 'c', 'high'].map((member) => ({ member, score: scores[member as 'a'] })),
        )
        expect(await room.zrangeByScore('set', -1.5, 0.1, 10)).toEqual([
          { member: 'a', score: -1.5 },
          { member: 'b', score: 0.1 },
        ])
        expect(await room.zrangeByScore('set', 0, 1e22, 2)).toEqual([
          { member: 'b', score: 0.1 },
          { member: 'd', score: 1_795_469_184_374_131 },
        ])
        expect([
          await room.zrangeByScore('set', 0, 1, 0),
          await room.zrangeByScore('set', 5, 4, 9),
          await room.zrangeByScore('none', 0, 1, 9),
        ]).toEqual([[], [], []])
      })
    })

    describe('lists', () => {
      test('keep their newest entries, and give them oldest first', async () => {
        expect(await room.list('list', 5)).toEqual([])
        for (let n = 1; n <= 7; n++) await room.append('list', `e${n}`, { max: 5 })
        expect(await room.list('list', 100)).toEqual(['e3', 'e4', 'e5', 'e6', 'e7'])
        expect(await room.list('list', 2)).toEqual(['e6', 'e7'])
        expect(await room.list('list', 0)).toEqual([])
        await room.append('list', 'e8', { max: 1 })
        expect(await room.list('list', 5)).toEqual(['e8'])
      })
    })

    describe('a lease', () => {
      test('has one holder, who may prolong it and give it back', async () => {
        const other = harness.elsewhere(name)
        expect(await room.acquireLease('lease', 'me', 60_000)).toBe(true)
        expect(await other.acquireLease('lease', 'you', 60_000)).toBe(false)
        expect(await room.acquireLease('lease', 'me', 60_000)).toBe(true)
        expect(await other.releaseLease('lease', 'you')).toBe(false)
        expect(await room.releaseLease('lease', 'me')).toBe(true)
        expect(await room.releaseLease('lease', 'me')).toBe(false)
        expect(await other.acquireLease('lease', 'you', 60_000)).toBe(true)
      })

      test('wanted by many is given to one', async () => {
        const sides = [room, harness.elsewhere(name)]
        const tries = Array.from({ length: 20 }, (_, index) =>
          (sides[index % 2] as KeyValue).acquireLease('lease', `holder ${index}`, 60_000),
        )
        expect((await Promise.all(tries)).filter(Boolean)).toHaveLength(1)
      })

      test('ends by itself, and not before its time however often it is prolonged', async () => {
        await room.acquireLease('lease', 'me', ttlMs)
        await room.acquireLease('lease', 'me', 60_000)
        await room.acquireLease('short', 'me', ttlMs)
        await vi.waitFor(async () => expect(await room.acquireLease('short', 'you', 60_000)).toBe(true))
        expect(await room.acquireLease('lease', 'you', 60_000)).toBe(false)
      })
    })

    describe('time', () => {
      test('takes away what has a ttl, in any shape, and leaves the rest', async () => {
        await room.set('value', 'v', { ttlMs })
        await room.compareAndSet('compared', undefined, 'v', { ttlMs })
        await room.setField('fields', 'f', 'v', { ttlMs })
        await room.append('list', 'v', { max: 5, ttlMs })
        await room.set('stays', 'v')
        await vi.waitFor(async () => {
          expect([
            await room.get('value'),
            await room.get('compared'),
            await room.getField('fields', 'f'),
            await room.list('list', 5),
          ]).toEqual([undefined, undefined, undefined, []])
        })
        expect(await room.get('stays')).toBe('v')
        expect(await room.delete('value', 'fields', 'list')).toBe(0)
        expect(await room.zadd('value', 1, 'another shape')).toBe(1)
      })

      test('begins anew with each set, and ends with one without a ttl', async () => {
        await room.set('again', 'v', { ttlMs })
        await room.set('again', 'v', { ttlMs: 60_000 })
        await room.set('forever', 'v', { ttlMs })
        await room.set('forever', 'v')
        await room.setField('fields', 'a', 'v', { ttlMs })
        await room.setField('fields', 'b', 'v', { ttlMs: 60_000 })
        await room.append('list', 'a', { max: 5, ttlMs })
        await room.append('list', 'b', { max: 5, ttlMs: 60_000 })
        await room.set('witness', 'v', { ttlMs: 2 * ttlMs })
        await vi.waitFor(async () => expect(await room.get('witness')).toBeUndefined())
        expect([
          await room.get('again'),
          await room.get('forever'),
          (await room.fields('fields')).size,
          await room.list('list', 5),
        ]).toEqual(['v', 'v', 2, ['a', 'b']])
      })

      test('is not changed by what gives none', async () => {
        await room.setField('fields', 'a', 'v', { ttlMs })
        await room.setField('fields', 'b', 'v')
        await room.incrementField('fields', 'n', 1)
        await room.append('list', 'a', { max: 5, ttlMs })
        await room.append('list', 'b', { max: 5 })
        await vi.waitFor(async () => expect([(await room.fields('fields')).size, await room.list('list', 5)]).toEqual([0, []]))
      })
    })

    describe('a key', () => {
      test('holds one shape: used as another it is refused and unchanged', async () => {
        await room.set('value', 'v')
        await room.setField('fields', 'f', 'v')
        await room.zadd('set', 1, 'm')
        await room.append('list', 'e', { max: 5 })
        for (const key of ['fields', 'set', 'list']) {
          await expect(room.get(key)).rejects.toMatchObject(refused)
          await expect(room.set(key, 'v')).rejects.toMatchObject(refused)
          await expect(room.compareAndSet(key, undefined, 'v')).rejects.toMatchObject(refused)
          await expect(room.acquireLease(key, 'me', 1_000)).rejects.toMatchObject(refused)
          await expect(room.releaseLease(key, 'me')).rejects.toMatchObject(refused)
        }
        for (const key of ['value', 'set', 'list']) {
          await expect(room.setField(key, 'f', 'v')).rejects.toMatchObject(refused)
          await expect(room.setField(key, 'f', 'v', { ttlMs: 1_000 })).rejects.toMatchObject(refused)
          await expect(room.getField(key, 'f')).rejects.toMatchObject(refused)
          await expect(room.fields(key)).rejects.toMatchObject(refused)
          await expect(room.deleteField(key, 'f')).rejects.toMatchObject(refused)
          await expect(room.incrementField(key, 'f', 1)).rejects.toMatchObject(refused)
        }
        for (const key of ['value', 'fields', 'list']) {
          await expect(room.zadd(key, 1, 'm')).rejects.toMatchObject(refused)
          await expect(room.zrange(key, 0, -1)).rejects.toMatchObject(refused)
          await expect(room.zrangeByScore(key, 0, 1, 5)).rejects.toMatchObject(refused)
          await expect(room.zrem(key, 'm')).rejects.toMatchObject(refused)
          await expect(room.zcard(key)).rejects.toMatchObject(refused)
        }
        for (const key of ['value', 'fields', 'set']) {
          await expect(room.append(key, 'e', { max: 5 })).rejects.toMatchObject(refused)
          await expect(room.list(key, 5)).rejects.toMatchObject(refused)
        }
        expect([
          await room.get('value'),
          await room.getField('fields', 'f'),
          await room.zrange('set', 0, -1),
          await room.list('list', 5),
        ]).toEqual(['v', 'v', ['m'], ['e']])
      })

      test('belongs to its room', async () => {
        await room.set('key', 'mine')
        expect(await harness.room(`${name}-other`).get('key')).toBeUndefined()
      })

      test('is changed in the order of the calls', async () => {
        const calls: Promise<unknown>[] = []
        for (let n = 0; n < 50; n++) calls.push(room.append('list', String(n), { max: 100 }), room.set('last', String(n)))
        await Promise.all(calls)
        expect([await room.list('list', 100), await room.get('last')]).toEqual([Array.from({ length: 50 }, (_, n) => String(n)), '49'])
      })
    })

    describe('a published message', () => {
      test('reaches every subscriber of its channel and room, here and elsewhere, in order', async () => {
        const heard: string[] = []
        const other = harness.elsewhere(name)
        await room.subscribe('news', (text) => heard.push(`a ${text}`))
        const stop = await other.subscribe('news', (text) => heard.push(`b ${text}`))
        await other.subscribe('sport', (text) => heard.push(`sport ${text}`))
        await harness.room(`${name}-other`).subscribe('news', (text) => heard.push(`other room ${text}`))
        await room.publish('news', 'one')
        await other.publish('news', 'two')
        await vi.waitFor(() => expect(heard.toSorted()).toEqual(['a one', 'a two', 'b one', 'b two']))
        expect(heard.indexOf('a one')).toBeLessThan(heard.indexOf('a two'))
        await stop()
        await stop()
        await room.publish('news', 'three')
        await vi.waitFor(() => expect(heard).toContain('a three'))
        expect(heard).not.toContain('b three')
      })

      test('is heard twice by a listener subscribed twice, and a listener that throws keeps no other from hearing', async () => {
        const heard: string[] = []
        const listener = (text: string) => heard.push(text)
        await room.subscribe('news', () => {
          throw new Error('a subscriber that throws')
        })
        await room.subscribe('news', listener)
        const stop = await room.subscribe('news', listener)
        await room.publish('news', 'one')
        await vi.waitFor(() => expect(heard).toEqual(['one', 'one']))
        await stop()
        await room.publish('news', 'two')
        await vi.waitFor(() => expect(heard).toEqual(['one', 'one', 'two']))
      })
    })

    test('arguments the store could only misread are refused before they are sent', async () => {
      await expect(room.zadd('z', Number.NaN, 'm')).rejects.toMatchObject(invalid)
      await expect(room.set('k', 'v', { ttlMs: 0 })).rejects.toMatchObject({
        ...invalid,
        message: 'ttlMs: 0 is not an integer of at least 1.',
      })
      await expect(room.compareAndSet('k', undefined, 'v', { ttlMs: 1.5 })).rejects.toMatchObject(invalid)
      await expect(room.setField('f', 'f', 'v', { ttlMs: -1 })).rejects.toMatchObject(invalid)
      await expect(room.incrementField('f', 'n', 0.5)).rejects.toMatchObject(invalid)
      await expect(room.append('l', 'v', { max: 0 })).rejects.toMatchObject(invalid)
      await expect(room.list('l', -1)).rejects.toMatchObject(invalid)
      await expect(room.zrange('z', 0.5, 1)).rejects.toMatchObject(invalid)
      await expect(room.zrangeByScore('z', 0, Number.NaN, 1)).rejects.toMatchObject(invalid)
      await expect(room.zrangeByScore('z', 0, 1, -1)).rejects.toMatchObject(invalid)
      await expect(room.acquireLease('l', 'me', 0)).rejects.toMatchObject(invalid)
    })
  })
}
