import { setImmediate as turn } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { soon } from '../monitor.test.stage.ts'
import { EventLoopCollector } from './event-loop.ts'
import { GcCollector } from './gc.ts'
import { ProcessCollector } from './process.ts'
import { Missing } from './reading.ts'

function burn(ms: number): void {
  const end = performance.now() + ms
  while (performance.now() < end);
}

test('processor time is what the process used since the last reading, by the time that passed', () => {
  const collector = new ProcessCollector()
  expect(collector.read(performance.now()).coresUsed).toEqual(new Missing('needs two readings'))
  const before = process.cpuUsage()
  const beforeMs = performance.now()
  collector.read(beforeMs)
  burn(200)
  const afterMs = performance.now()
  const { coresUsed, rssBytes, heapUsedBytes, heapLimitBytes } = collector.read(afterMs)
  const { user, system } = process.cpuUsage(before)
  const expected = (user + system) / 1000 / (afterMs - beforeMs)
  expect(Math.abs((coresUsed as number) - expected)).toBeLessThan(0.1)
  expect(heapUsedBytes).toBeLessThan(rssBytes)
  expect(heapLimitBytes).toBeGreaterThan(heapUsedBytes)
})

test('no time between two readings, or a step back, gives no rate', () => {
  const collector = new ProcessCollector()
  collector.read(100)
  expect(collector.read(100).coresUsed).toBeInstanceOf(Missing)
  expect(collector.read(50).coresUsed).toBeInstanceOf(Missing)
})

test('a blocked event loop shows in its delay and its utilization, in the reading after it and in no other', async () => {
  const loop = new EventLoopCollector()
  expect(loop.read()).toEqual({ utilization: new Missing('needs two readings'), delayMs: new Missing('measured from start() on') })
  loop.start()
  try {
    loop.read()
    burn(600)
    const { delayMs, utilization } = loop.read()
    expect(delayMs).toBeGreaterThan(550)
    expect(delayMs).toBeLessThan(5000)
    expect(utilization).toBeGreaterThan(0.9)
    await turn()
    expect(loop.read().delayMs).toBeLessThan(500)
  } finally {
    loop.stop()
  }
  expect(loop.read().delayMs).toBeInstanceOf(Missing)
})

test('what the loop was late between two readings is kept for the second', async () => {
  const loop = new EventLoopCollector()
  loop.start()
  try {
    burn(300)
    // The timer's own tick, late by the burning, comes between two turns of the loop.
    await turn()
    await turn()
    expect(loop.read().delayMs).toBeGreaterThan(250)
  } finally {
    loop.stop()
  }
})

test('every collection of a batch is counted', async () => {
  const gc = new GcCollector()
  expect(gc.read(performance.now()).count).toBeInstanceOf(Missing)
  const startMs = performance.now()
  gc.start(startMs)
  try {
    let sink: unknown[] = []
    for (let round = 0; round < 200; round += 1) sink = Array.from({ length: 20_000 }, (_, index) => ({ index, round }))
    expect(sink).toHaveLength(20_000)
    await soon(() => {
      const { count, paused, maxPauseMs } = gc.read(performance.now())
      expect(count).toBeGreaterThan(5)
      expect(paused).toBeGreaterThan(0)
      expect(paused).toBeLessThanOrEqual(1)
      expect(maxPauseMs).toBeGreaterThan(0)
    })
    await soon(() => expect(gc.read(performance.now()).maxPauseMs).toBe(0))
  } finally {
    gc.stop()
  }
})
