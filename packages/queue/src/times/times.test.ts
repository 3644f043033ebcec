import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { MillraceError } from '@millrace/connection'
import type { KeyValue } from '@millrace/connection'
import { embeddedPlace, engineClock, settled } from '../engine.test.stage.ts'
import type { EnginePlace } from '../engine.test.stage.ts'
import { FakeClock } from '../testing/fake-clock.ts'
import { decodeTimes, encodeTimes, minuteMs } from './minute.ts'
import { TimesReader, timesRoom } from './reader.ts'
import { Recorder } from './recorder.ts'

let queues = 0

describe('times of a queue', () => {
  let place: EnginePlace
  let clock: FakeClock
  let queue: string
  let keyValue: KeyValue
  let errors: unknown[]

  beforeAll(async () => {
    place = await embeddedPlace()
  })
  beforeEach(() => {
    clock = new FakeClock()
    queue = `times-${(queues += 1)}`
    keyValue = place.connection.keyValue(timesRoom(queue))
    errors = []
  })
  afterAll(() => place.close())

  const recorder = (field: string, into: KeyValue = keyValue) =>
    new Recorder(into, field, engineClock(clock), (error) => errors.push(error))
  const times = (waitMs: number) => ({ waitMs, runMs: waitMs * 2, totalMs: waitMs * 3 })

  it('what two workers recorded is read as one, by level and name', async () => {
    const [a, b] = [recorder('a'), recorder('b')]
    const now = clock.now()
    for (let index = 0; index < 10; index += 1) {
      a.record('high', 'mail', now, times(100))
      b.record('high', 'mail', now, times(300))
      b.record('low', 'mail', now, times(5))
    }
    await Promise.all([a.flush(), b.flush()])
    const [minute] = await new TimesReader(place.connection, queue).since(now, now)
    expect(minute?.startMs).toBe(Math.floor(now / minuteMs) * minuteMs)
    const high = minute?.times.find((each) => each.level === 'high')
    expect(high).toMatchObject({ name: 'mail' })
    expect(high?.wait.count).toBe(20)
    expect(high?.wait.sum).toBe(4000)
    expect(high?.run.quantile(1)).toBe(600)
    expect(minute?.times.find((each) => each.level === 'low')?.total.max).toBe(15)
  })

  it('a sample is written within 2 s, and writing twice changes nothing', async () => {
    const own = recorder('a')
    own.record('normal', 'default', clock.now(), times(1))
    clock.advance(2000)
    await own.flush()
    await own.flush()
    const reader = new TimesReader(place.connection, queue)
    expect((await reader.lastHour(clock.now())).wait.count).toBe(1)
    own.record('normal', 'default', clock.now(), times(1))
    clock.advance(2000)
    await own.flush()
    expect((await reader.lastHour(clock.now())).wait.count).toBe(2)
  })

  it('a write that failed is made up for', async () => {
    let broken = true
    const flaky = new Proxy(keyValue, {
      get: (target, name) =>
        name === 'setField' && broken
          ? () => Promise.reject(new MillraceError('STORE_UNAVAILABLE', 'away'))
          : (Reflect.get(target, name, target) as () => unknown).bind(target),
    })
    const own = recorder('a', flaky)
    own.record('normal', 'default', clock.now(), times(1))
    await own.flush()
    clock.advance(minuteMs)
    own.record('normal', 'default', clock.now(), times(1))
    broken = false
    clock.advance(2000)
    await settled()
    await own.flush()
    expect(errors).toHaveLength(1)
    expect((await new TimesReader(place.connection, queue).since(clock.now() - 2 * minuteMs, clock.now())).length).toBe(2)
  })

  it('minutes that are over are read once', async () => {
    const own = recorder('a')
    own.record('normal', 'default', clock.now(), times(1))
    await own.flush()
    const later = clock.now() + 3 * minuteMs
    const reader = new TimesReader(place.connection, queue)
    expect((await reader.lastHour(later)).wait.count).toBe(1)
    await keyValue.delete(`times:${Math.floor(clock.now() / minuteMs)}`)
    expect((await reader.lastHour(later)).wait.count).toBe(1)
  })

  it('after 100 names the rest is other, in each level', async () => {
    const own = recorder('a')
    for (let index = 0; index < 150; index += 1) own.record('normal', `name-${index}`, clock.now(), times(1))
    own.record('high', 'name-149', clock.now(), times(1))
    own.record('high', 'name-5', clock.now(), times(1))
    await own.flush()
    const [minute] = await new TimesReader(place.connection, queue).since(clock.now(), clock.now())
    const names = new Set(minute?.times.map((each) => each.name))
    expect(names.size).toBe(101)
    expect(minute?.times.find((each) => each.name === 'other' && each.level === 'normal')?.wait.count).toBe(50)
    expect(minute?.times.filter((each) => each.level === 'high').map((each) => each.name)).toEqual(['name-5', 'other'])
  })

  it('names with tabs, quotes and line breaks survive, and a field that cannot be read is left out', async () => {
    const own = recorder('a')
    const name = 'a\t"b"\n|c'
    own.record('urgent', name, clock.now(), times(1))
    await own.flush()
    const key = `times:${Math.floor(clock.now() / minuteMs)}`
    await keyValue.setField(key, 'newer', 'v9:whatever')
    await keyValue.setField(key, 'other-unit', '0\t"x"\tseconds;0;;0;;\tseconds;0;;0;;\tseconds;0;;0;;')
    const [minute] = await new TimesReader(place.connection, queue).since(clock.now(), clock.now())
    expect(minute?.times.map((each) => each.name)).toEqual([name])
    expect(encodeTimes(decodeTimes(encodeTimes(minute?.times ?? [])))).toBe(encodeTimes(minute?.times ?? []))
    expect(() => decodeTimes('9\t"x"\t\t\t')).toThrow(RangeError)
  })
})
