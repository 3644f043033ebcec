import { spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { connectRedis } from '@millrace/connection'
import { RedisProcess } from '@millrace/connection/testing'
import { afterAll, beforeAll, expect, it, vi } from 'vitest'
import { Queue } from '../queue.ts'

const program = fileURLToPath(new URL('./worker.test.child.js', import.meta.url))
let server: RedisProcess
const children = new Set<ChildProcess>()
beforeAll(async () => {
  server = await RedisProcess.start({ args: ['--appendonly', 'yes'] })
})
afterAll(async () => {
  for (const child of children) child.kill('SIGKILL')
  await server.close()
})

async function startWorker(queue: string): Promise<ChildProcess> {
  const child = spawn(process.execPath, [program, server.url, queue], { stdio: ['ignore', 'pipe', 'ignore'] })
  children.add(child)
  child.once('close', () => children.delete(child))
  await once(child.stdout, 'data')
  return child
}

it('while workers are killed and the store restarts, every second fires once and none is left out', { timeout: 120_000 }, async () => {
  const connection = await connectRedis(server.url)
  const queue = new Queue('ticking', { connection })
  const { nextRunAtMs } = await queue.schedule('second', { everyMs: 1000, payload: 1, missed: 'all' })
  const state = async () => (await queue.schedules())[0]
  const fired = async () => (await state())?.fired ?? 0
  const within = { timeout: 40_000, interval: 100 }
  for (let round = 0; round < 4; round += 1) {
    const before = await fired()
    const workers = await Promise.all([startWorker('ticking'), startWorker('ticking')])
    // Who leads is among them: it was the only one there, or follows it.
    await vi.waitFor(async () => expect(await fired()).toBeGreaterThan(before), within)
    for (const worker of workers) worker.kill('SIGKILL')
    await Promise.all(workers.map((worker) => once(worker, 'close')))
    if (round === 1) await server.restart()
  }
  const last = await startWorker('ticking')
  const before = await fired()
  await vi.waitFor(async () => expect(await fired()).toBeGreaterThan(before + 2), within)
  last.kill('SIGKILL')
  await once(last, 'close')

  const schedule = await state()
  const { totals } = await queue.stats()
  const first = nextRunAtMs as number
  const lastSlot = schedule?.lastRun?.slotAtMs as number
  // Each slot is one message by its id; a slot that fired twice would not raise `enqueued`, one left out would be missing here.
  const slots = (lastSlot - first) / 1000 + 1
  // At most one slot was enqueued by a leader that died before it wrote that down.
  expect(totals.enqueued - slots).toBeGreaterThanOrEqual(0)
  expect(totals.enqueued - slots).toBeLessThanOrEqual(1)
  expect(schedule?.fired).toBe(slots)
  await queue.close()
  await connection.close()
})
