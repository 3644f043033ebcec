import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test, vi } from 'vitest'
import { connect, connectEmbedded, Queue, queueNames } from 'millrace'
import { RedisProcess } from '@millrace/connection/testing'
import { sampleQueue, SampleTraffic } from './sample-traffic.ts'

const folder = mkdtempSync(join(tmpdir(), 'millrace sample '))
const redis = await RedisProcess.start()
const embedded = await connectEmbedded(folder)
const quiet = { info() {}, warn() {}, error() {}, debug() {} }
afterAll(async () => {
  await embedded.close()
  await redis.close()
  rmSync(folder, { recursive: true, force: true })
})

test('nothing exists until it is started; then all levels move, invoices die, and stopping removes what waits', async () => {
  const sample = new SampleTraffic(embedded, quiet)
  expect(await sample.current()).toBeUndefined()
  expect(await queueNames(embedded)).toEqual([])

  const run = await sample.start(1, 'ada')
  expect(await sample.current()).toMatchObject({ by: 'ada', startedAtMs: run.startedAtMs, endsAtMs: run.startedAtMs + 60_000 })
  const queue = new Queue(sampleQueue, { connection: embedded })
  await vi.waitFor(
    async () => {
      const { levels, counts, isSample } = await queue.stats()
      expect(isSample).toBe(true)
      expect(levels.every(({ served }) => (served ?? 0) > 0)).toBe(true)
      expect(counts.dead).toBeGreaterThan(0)
    },
    { timeout: 20_000, interval: 100 },
  )
  await sample.stop()
  expect(await sample.current()).toBeUndefined()
  const { counts } = await queue.stats()
  expect(counts).toMatchObject({ ready: 0, scheduled: 0, active: 0 })
  expect(counts.dead).toBeGreaterThan(0)
})

test('one process runs it at a time, and another one may stop it', async () => {
  const [one, other] = await Promise.all([connect(redis.url), connect(redis.url)])
  const runner = new SampleTraffic(one, quiet)
  const watcher = new SampleTraffic(other, quiet)
  const run = await runner.start(1, 'ada')
  expect(await watcher.start(30, 'grace')).toMatchObject({ by: 'ada', endsAtMs: run.endsAtMs })
  await watcher.stop()
  const queue = new Queue(sampleQueue, { connection: other })
  await vi.waitFor(async () => expect(await queue.stats()).toMatchObject({ workers: 0, counts: { ready: 0, scheduled: 0, active: 0 } }), {
    timeout: 10_000,
    interval: 50,
  })
  expect((await queue.stats()).totals.completed).toBeGreaterThan(0)
  await runner.close()
  await Promise.all([one.close(), other.close()])
})
