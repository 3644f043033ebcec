import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { checkTiming, lastSlots, nextSlot } from './slots.ts'
import type { Timing } from './slots.ts'

const timing = (given: Partial<Timing>): Timing => ({
  cron: null,
  everyMs: null,
  timeZone: 'UTC',
  startAtMs: null,
  endAtMs: null,
  ...given,
})
const berlin = (cron: string) => timing({ cron, timeZone: 'Europe/Berlin' })
const at = (text: string) => Date.parse(text)

/** All slots of a span, in UTC. */
function slotsOf(of: Timing, from: string, to: string): string[] {
  const found: string[] = []
  for (let slot = nextSlot(of, at(from) - 1); slot !== null && slot <= at(to); slot = nextSlot(of, slot))
    found.push(new Date(slot).toISOString().slice(5, 16))
  return found
}

const spring = ['2026-03-28T12:00Z', '2026-03-30T12:00Z'] as const
const autumn = ['2026-10-24T12:00Z', '2026-10-26T12:00Z'] as const

describe('the hour that is skipped in spring (Berlin, 02:00 to 03:00 of 29 March)', () => {
  it('one fixed time in it fires at the end of the gap', () => {
    expect(slotsOf(berlin('30 2 * * *'), ...spring)).toEqual(['03-29T01:00', '03-30T00:30'])
  })
  it('several fixed times in it do not fire that day', () => {
    expect(slotsOf(berlin('15,45 2 * * *'), ...spring)).toEqual(['03-30T00:15', '03-30T00:45'])
  })
  it('a time behind it fires once, and what fires each half hour goes on', () => {
    expect(slotsOf(berlin('0 3 * * *'), ...spring)).toEqual(['03-29T01:00', '03-30T01:00'])
    expect(slotsOf(berlin('*/30 * * * *'), '2026-03-29T00:30Z', '2026-03-29T01:30Z')).toEqual(['03-29T00:30', '03-29T01:00', '03-29T01:30'])
  })
})

describe('the hour that comes twice in autumn (Berlin, 02:00 to 03:00 of 25 October)', () => {
  it('a fixed time in it fires once, the first time', () => {
    expect(slotsOf(berlin('30 2 * * *'), ...autumn)).toEqual(['10-25T00:30', '10-26T01:30'])
  })
  it('steps of minutes in it fire in both', () => {
    expect(slotsOf(berlin('*/30 2 * * *'), ...autumn)).toEqual([
      '10-25T00:00',
      '10-25T00:30',
      '10-25T01:00',
      '10-25T01:30',
      '10-26T01:00',
      '10-26T01:30',
    ])
  })
  it('what fires each hour fires in both', () => {
    expect(slotsOf(berlin('0 * * * *'), '2026-10-25T00:00Z', '2026-10-25T02:00Z')).toEqual(['10-25T00:00', '10-25T01:00', '10-25T02:00'])
  })
})

describe('slots', () => {
  const zones = fc.constantFrom('UTC', 'Europe/Berlin', 'America/New_York', 'Australia/Lord_Howe', 'Africa/Cairo', 'America/Santiago')
  const patterns = fc.constantFrom(
    '30 2 * * *',
    '15,45 2 * * *',
    '*/10 2 * * *',
    '0 * * * *',
    '*/7 * * * *',
    '30 0 * * *',
    '15 30 2 * * *',
    '0 0 1 * *',
  )
  const timings = fc.oneof(
    fc.record({ cron: patterns, timeZone: zones }).map(timing),
    fc
      .record({
        everyMs: fc.integer({ min: 60_000, max: 90_000_000 }),
        startAtMs: fc.option(fc.integer({ min: at('2026-02-01'), max: at('2026-12-01') })),
      })
      .map(timing),
  )
  const moments = fc.integer({ min: at('2026-01-01'), max: at('2026-12-31') })

  it('are the same from wherever one asks, forwards and backwards', () => {
    const law = fc.property(
      timings,
      moments,
      fc.integer({ min: 1, max: 4 * 86_400_000 }),
      fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { maxLength: 5 }),
      (of, from, span, asks) => {
        const all: number[] = []
        for (let slot = nextSlot(of, from); slot !== null && slot <= from + span && all.length < 500; slot = nextSlot(of, slot))
          all.push(slot)
        if (all.length === 500) return
        for (const ask of asks) {
          const moment = Math.floor(from + ask * span)
          const next = all.find((slot) => slot > moment)
          if (next !== undefined) expect(nextSlot(of, moment)).toBe(next)
          const passed = all.filter((slot) => slot <= moment)
          expect(lastSlots(of, from, moment, 3)).toEqual(passed.slice(-3))
        }
      },
    )
    fc.assert(law, { numRuns: 300 })
  })

  it('keep to their start and their end, both included', () => {
    const of = timing({ everyMs: 1000, startAtMs: 5500, endAtMs: 7500 })
    expect([nextSlot(of, 0), nextSlot(of, 5500), nextSlot(of, 7500)]).toEqual([5500, 6500, null])
    expect(lastSlots(of, 0, 99_000, 10)).toEqual([5500, 6500, 7500])
    expect(nextSlot(timing({ everyMs: 60_000 }), 1)).toBe(60_000)
  })

  it('cost as much after ten years as after a minute', () => {
    const seconds = timing({ cron: '* * * * * *' })
    expect(lastSlots(seconds, at('2016-01-01'), at('2026-01-01') + 7, 2)).toEqual([at('2026-01-01') - 1000, at('2026-01-01')])
  })

  it.each([
    [{ cron: '61 * * * *' }, /`cron` or `timeZone` cannot be read: .*minute/],
    [{ cron: 'every day' }, /cannot be read/],
    [{ cron: '0 0 * * *', timeZone: 'Mars/Olympus' }, /cannot be read: .*Mars/],
    [{ cron: '0 0 30 2 *' }, /would never fire/],
    [{ everyMs: 1000, startAtMs: 9, endAtMs: 8 }, /would never fire/],
  ])('%j is refused', (given, names) => {
    expect(() => checkTiming(timing(given))).toThrow(names)
  })
})
