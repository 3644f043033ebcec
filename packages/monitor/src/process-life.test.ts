import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { RedisProcess } from '@millrace/connection/testing'

const child = fileURLToPath(new URL('./process-life.test.child.js', import.meta.url))
const reading = ['getSystemMetrics', 'getSummary', 'getHealth', 'exportMetrics', 'flush'] as const

/** What a process of its own told that awaits these methods in this order, and how it ended. */
async function run(place: string, methods: readonly string[]): Promise<{ told: string[]; stderr: string; code: unknown }> {
  const running = spawn(process.execPath, [child, place, ...methods], { stdio: ['ignore', 'pipe', 'pipe'], timeout: 30_000 })
  const [told, stderr, [code]] = await Promise.all([text(running.stdout), text(running.stderr), once(running, 'close')])
  return { told: told.split('\n').filter((line) => line !== ''), stderr, code }
}

const well = (methods: readonly string[]) => ({ told: methods, stderr: '', code: 0 })

describe('a process that awaits the monitor lives until the answer, and', () => {
  let redis: RedisProcess
  let folder: string
  beforeAll(async () => {
    redis = await RedisProcess.start()
    folder = await mkdtemp(join(tmpdir(), 'millrace-monitor-'))
  })
  afterAll(async () => {
    await redis.close()
    await rm(folder, { recursive: true, force: true })
  })

  it.each(['start', reading.join(), `start,${reading.join()}`, 'close', 'start,close', 'hang'])(
    'on an embedded file ends by itself when nothing else is left to do, started or not: %s',
    async (names) => {
      const methods = names.split(',')
      expect(await run(join(folder, methods.join('-')), methods)).toEqual(well(methods))
    },
  )

  it('on Redis ends when the connection is closed, started or not, closed or not', async () => {
    for (const methods of [
      ['start', ...reading, 'leave'],
      [...reading, 'close', 'leave'],
    ]) {
      expect(await run(redis.url, methods)).toEqual(well(methods))
    }
  })
})
