import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { connectEmbedded } from '@millrace/connection'
import type { EmbeddedConnection } from '@millrace/connection'
import { afterEach, beforeEach, expect, test } from 'vitest'
import type { ClaimedMessage } from '../store.ts'
import { EmbeddedStore } from './embedded-store.ts'

const program = fileURLToPath(new URL('./writer.test.child.js', import.meta.url))
const retention = { completedCount: 1_000_000, completedAgeMs: 3_600_000, deadCount: 1_000_000, deadAgeMs: 3_600_000 }
let folder: string

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'millrace queue survival '))
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

/** Lets a process work until it has said `count` lines, and kills it in the middle of what it does. */
async function killAfter(count: number, ...args: string[]): Promise<string[]> {
  const child = spawn(process.execPath, [program, folder, ...args], { stdio: ['ignore', 'pipe', 'pipe'] })
  const errors: string[] = []
  child.stderr.on('data', (chunk) => errors.push(String(chunk)))
  const lines: string[] = []
  const reader = createInterface({ input: child.stdout })
  reader.on('line', (line) => {
    lines.push(line)
    if (lines.length === count) child.kill('SIGKILL')
  })
  const [[, signal]] = await Promise.all([once(child, 'exit') as Promise<[number | null, string | null]>, once(reader, 'close')])
  expect({ signal, errors }).toEqual({ signal: 'SIGKILL', errors: [] })
  return lines
}

async function opened<Answer>(use: (store: EmbeddedStore, setClock: (ms: number) => Promise<void>) => Promise<Answer>): Promise<Answer> {
  const connection = (await connectEmbedded(folder, { testClock: true })) as EmbeddedConnection & {
    setTestClock(ms: number): Promise<void>
  }
  try {
    return await use(new EmbeddedStore(connection, 'mail'), (ms) => connection.setTestClock(ms))
  } finally {
    await connection.close()
  }
}

async function balance(store: EmbeddedStore): Promise<{ enqueued: number; found: number; completed: number }> {
  const { counts, totals } = await store.inspect.stats()
  const found = counts.ready + counts.scheduled + counts.active + counts.completed + counts.dead + totals.removed
  return { enqueued: totals.enqueued, found, completed: counts.completed }
}

test('a process killed in the middle of enqueue and settle loses nothing answered, six times in a row', async () => {
  const [enqueued, done] = [new Set<string>(), new Set<string>()]
  for (let round = 1; round <= 6; round++) {
    for (const line of await killAfter(50 + round * round * 60, String(round))) (line.startsWith('+') ? enqueued : done).add(line.slice(1))
    await opened(async (store) => {
      const { enqueued: total, found } = await balance(store)
      expect(found).toBe(total)
      expect(total).toBeGreaterThanOrEqual(enqueued.size)
      const states = await Promise.all([...enqueued].map(async (id) => [id, (await store.inspect.message(id))?.state] as const))
      expect(states.filter(([, state]) => state === undefined)).toEqual([])
      expect(states.filter(([id, state]) => done.has(id) && state !== 'completed')).toEqual([])
    })
  }
  expect(done.size).toBeGreaterThan(0)

  // What the dead processes held comes back, and every message runs to its end exactly once more.
  await opened(async (store, setClock) => {
    await setClock(Date.now() + 60_000)
    while ((await store.rescue(15_000)).more);
    let held: readonly ClaimedMessage[] = []
    for (let number = 1; number === 1 || held.length > 0; number++) {
      const nonce = `last${number}`.padStart(11, '-')
      const results = held.map(({ id }) => ({ id, nonce: `last${number - 1}`.padStart(11, '-'), kind: 'done' as const }))
      const call = { worker: 'last----------', number, nonce, results, leaseMs: 15_000, retention, limit: 250, idle: false, turns: [] }
      const answer = await store.claim(call)
      expect(answer.outcomes.filter((outcome) => outcome !== 'done')).toEqual([])
      held = answer.messages
    }
    const { enqueued: total, found, completed } = await balance(store)
    expect({ found, completed }).toEqual({ found: total, completed: total })
  })
})

test('a lease ends with its process: the next one counts no worker, and rescues at once what was held', async () => {
  const lines = await killAfter(3, '1', 'hold')
  const killedAtMs = Date.now()
  expect(lines.map((line) => line.slice(-1))).toEqual(['a', 'b', 'c'])
  await opened(async (store, setClock) => {
    await setClock(killedAtMs)
    expect(await store.inspect.stats()).toMatchObject({ workers: 0, counts: { active: 3, ready: 0 } })
    expect(await store.rescue(15_000)).toMatchObject({ workers: 1, redelivered: 3, more: false })
    expect((await store.inspect.stats()).counts).toMatchObject({ active: 0, ready: 3 })
  })
})
