import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { connectEmbedded, connectRedis, openDatabase } from '@millrace/connection'
import type { Connection, EmbeddedConnection, RedisConnection } from '@millrace/connection'
import { RedisProcess } from '@millrace/connection/testing'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { auditQueue, auditSchedules } from './audit.ts'
import { Queue } from './queue.ts'
import { openStore } from './store/open-store.ts'
import { message, Stage } from './testing/contract/stage.ts'
import { idOf } from './testing/contract/test-worker.ts'
import { Bury } from './verdict.ts'
import { Worker } from './worker.ts'

const stageOn = (connection: Connection, queue: string) => {
  const open = async () => openStore(connection, queue)
  return new Stage(openStore(connection, queue), { open, store2: open, advance: () => undefined, now: () => 0, close: async () => {} })
}

/** Something of everything: ready, scheduled, active, completed, dead, with attempts, values, a key and a mark. */
async function fill(stage: Stage): Promise<void> {
  const dedupe = { key: 'k', until: 'finished', windowMs: 0, replace: false } as const
  await stage.enqueue(['a', 'b', 'c', 'd', 'e', 'f'].map((name) => message(name)))
  await stage.enqueue([message('g', { delayMs: 60_000 }), message('h', { dedupe, level: 'low' })])
  const worker = stage.worker('worker')
  await worker.claim(5)
  await worker.settle([worker.done('a', '1'), worker.failed('b', 60_000), worker.dead('c', 'why', ['name:x']), worker.dead('d')])
  await stage.store.redrive({ ids: [idOf('d')] }, { delayMs: 60_000 })
}

/** What is wrong, what an audit finds of it, and what is left when it is mended. */
interface Fault {
  readonly what: string
  readonly found: readonly object[]
  /** Messages that nobody can account for while it stands. */
  readonly missing?: number | null
  after?(stage: Stage): Promise<void>
}

async function audits(connection: Connection, stage: Stage, fault: Fault): Promise<void> {
  const { queue } = stage.store
  const found = await auditQueue(connection, queue)
  expect(found.findings).toMatchObject(fault.found.map((each) => ({ ...each, mended: false })))
  expect(found.missing).toBe(fault.missing === undefined ? 0 : fault.missing)
  // To look changes nothing.
  expect((await auditQueue(connection, queue)).findings).toEqual(found.findings)
  const mended = await auditQueue(connection, queue, { repair: true })
  expect(mended.findings).toEqual(found.findings.map((each) => ({ ...each, mended: true })))
  await stage.store.rescue(15_000)
  expect(await auditQueue(connection, queue)).toMatchObject({ findings: [], missing: 0 })
  await fault.after?.(stage)
}

/** A message of `h` that stands nowhere comes back by a redrive, with its key. */
const homeless: Fault = {
  what: 'a message that stands nowhere',
  found: [{ kind: 'body-without-place', subject: idOf('h') }],
  missing: 1,
  async after(stage) {
    expect(await stage.stored('h')).toMatchObject({ state: 'dead', level: 'low', reason: 'found without a place in its queue' })
    expect(await stage.store.redrive({ ids: [idOf('h')] })).toMatchObject({ changed: 1 })
  },
}

const lostLease: Fault = {
  what: 'claims of a worker without a lease',
  found: [{ kind: 'claims-without-lease', subject: idOf('worker') }],
  async after(stage) {
    expect(await stage.stored('e')).toMatchObject({ state: 'ready', crashes: 1 })
  },
}

const without = (name: string, where: RegExp) => ({ kind: 'place-without-body', subject: idOf(name), what: expect.stringMatching(where) })

describe('on Redis', () => {
  type Raw = RedisConnection & { command(name: string, args: readonly string[]): Promise<unknown> }
  let server: RedisProcess
  let connection: Raw
  let stage: Stage
  let queues = 0
  beforeAll(async () => {
    server = await RedisProcess.start()
    connection = (await connectRedis(server.url, { prefix: 'odd[*]?:' })) as Raw
  })
  afterAll(async () => {
    await connection.close()
    await server.close()
  })
  beforeEach(async () => {
    stage = stageOn(connection, `audit-${(queues += 1)}`)
    await fill(stage)
  })

  const ghost = (what: string) => ({ kind: 'rest-without-body', subject: 'ghost', what: `${what} of message ghost, which is gone` })
  const faults: (Fault & { readonly plant: readonly [command: string, key: string, ...rest: string[]][] })[] = [
    { ...homeless, plant: [['ZREM', 'ready:low', idOf('h')]] },
    { ...lostLease, plant: [['ZREM', 'leases', idOf('worker')]] },
    {
      what: 'places of messages whose records are gone',
      plant: [['HDEL', 'bodies', idOf('f'), idOf('g'), idOf('c')]],
      found: [
        without('f', /in ready/),
        without('g', /in scheduled/),
        without('c', /in dead/),
        { ...ghost('state'), subject: idOf('c'), what: expect.any(String) },
        { kind: 'rest-without-body', subject: idOf('c') },
      ],
    },
    {
      what: 'remains of a message that is gone',
      plant: [
        ['HSET', 'state', 'ghost', '0000000000000001 1 0 0 1'],
        ['HSET', 'attempts', '0 ghost', '{}'],
        ['HSET', 'values', 'ghost', '1'],
        ['HSET', 'reports', 'ghost', 'x'],
        ['HSET', 'keyed', 'ghost', 'f0000000000000000k2'],
        ['HSET', 'graves', 'ghost', 'x'],
        ['HSET', 'owners', 'k2', 'f0000000000000000gone'],
      ],
      found: [
        ...['state', 'attempts', 'values', 'reports', 'keyed'].map(ghost),
        { kind: 'grave-without-dead', subject: 'ghost' },
        { kind: 'key-without-holder', subject: 'k2' },
      ],
    },
    {
      what: 'counters that are off',
      plant: [
        ['HINCRBY', 'meta', 'active', '3'],
        ['HINCRBY', 'meta', 'kept', '4'],
      ],
      found: [
        { kind: 'counter-off', subject: 'active', what: '4 messages are counted as active, and 1 are' },
        { kind: 'counter-off', subject: 'completed' },
      ],
      missing: -7,
    },
  ]

  it.each(faults)('finds and mends $what', async ({ plant, ...fault }) => {
    for (const [command, key, ...rest] of plant) await connection.command(command, [`odd[*]?:{queue:${stage.store.queue}}:${key}`, ...rest])
    await audits(connection, stage, fault)
  })

  it('says that messages are missing which no remains tell of', async () => {
    await connection.command('HDEL', [`odd[*]?:{queue:${stage.store.queue}}:bodies`, idOf('f')])
    await connection.command('ZREM', [`odd[*]?:{queue:${stage.store.queue}}:ready:normal`, idOf('f')])
    expect(await auditQueue(connection, stage.store.queue, { repair: true })).toMatchObject({ findings: [], missing: 1 })
  })

  it('finds schedules of a queue that does not exist', async () => {
    const queue = new Queue('gone', { connection })
    await queue.schedule('tick', { everyMs: 1000, payload: 1 })
    expect(await auditSchedules(connection)).toEqual([])
    await connection.keyValue('queues').zrem('names', 'gone')
    expect(await auditSchedules(connection)).toEqual([{ queue: 'gone', schedules: ['tick'] }])
    await auditSchedules(connection, { repair: true })
    expect([await auditSchedules(connection), await queue.schedules()]).toEqual([[], []])
  })

  it('finds a healthy queue clean, and mends nothing of it, while producers and workers are busy', () => busy(connection))
})

describe('in an embedded file', () => {
  let folder: string
  let connection: EmbeddedConnection
  let stage: Stage
  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), 'millrace audit '))
    connection = await connectEmbedded(folder)
    stage = stageOn(connection, 'mail')
    await fill(stage)
  })
  afterEach(async () => {
    await connection.close()
    rmSync(folder, { recursive: true, force: true })
  })

  const faults: (Fault & { readonly plant: string })[] = [
    {
      ...homeless,
      plant: `DELETE FROM queue_ready WHERE id = '${idOf('h')}'; UPDATE queue SET figures = json_set(figures, '$.counts.ready[3]', 0)`,
    },
    { ...lostLease, missing: null, plant: 'DELETE FROM queue_worker' },
    {
      what: 'places of messages whose records are gone',
      plant: `DELETE FROM queue_message WHERE id IN ('${idOf('f')}', '${idOf('g')}', '${idOf('a')}')`,
      found: [
        without('f', /in ready/),
        without('g', /in scheduled/),
        { kind: 'place-without-body', what: expect.stringMatching(/in completed/) },
        { kind: 'rest-without-body', what: expect.stringMatching(/^details of message number/) },
      ],
    },
    {
      what: 'remains of a message that is gone',
      plant: `INSERT INTO queue_detail (message, value) VALUES (99999, '1'); INSERT INTO queue_keyed VALUES (99998, 'k2', 'f', 0);
        INSERT INTO queue_key VALUES (1, 'k3', 'gone', 99997, NULL); UPDATE queue SET figures = json_set(figures, '$.counts.keyed', 2)`,
      found: [{ kind: 'rest-without-body' }, { kind: 'rest-without-body' }, { kind: 'key-without-holder', subject: 'k3' }],
    },
  ]

  it.each(faults)('finds and mends $what', async ({ plant, ...fault }) => {
    await connection.close()
    const database = openDatabase(join(folder, 'millrace.db'))
    database.exec(plant)
    database.close()
    connection = await connectEmbedded(folder)
    stage = stageOn(connection, 'mail')
    await audits(connection, stage, fault)
  })

  it('finds a healthy queue clean, and mends nothing of it, while producers and workers are busy', () => busy(connection))
})

/** Everything a queue does, with an audit in between again and again. */
async function busy(connection: Connection): Promise<void> {
  const queue = new Queue<number>('busy', { connection, retryDelay: 0, retention: { completedCount: 50, deadCount: 20 } })
  const handle = async ({ payload }: { payload: number }) => {
    await new Promise((resolve) => setImmediate(resolve))
    if (payload % 7 === 0) throw new Error('again')
    if (payload % 11 === 0) throw new Bury('no')
    return payload
  }
  const workers = [0, 1, 2].map(() => new Worker(queue, handle, { concurrency: 20 }))
  for (const worker of workers) worker.on('error', () => undefined)
  const ending = new AbortController()
  const produce = async () => {
    for (let n = 0; !ending.signal.aborted; n += 1) {
      await queue.enqueueMany(
        Array.from({ length: 40 }, (_, index) => ({
          payload: n * 40 + index,
          ...(index % 5 === 0 && { delayMs: index * 3 }),
          ...(index % 9 === 0 && { dedupe: { key: `k${index}`, ...(index % 2 === 0 && { windowMs: 20 }) } }),
        })),
      )
      if (n % 5 === 0) await queue.redrive({ limit: 5 }, { delayMs: 10 }).catch(() => 0)
    }
  }
  const producing = produce()
  const seen: unknown[] = []
  for (let round = 0; round < 8; round += 1) seen.push(...(await auditQueue(connection, 'busy', { repair: round > 3 })).findings)
  ending.abort()
  await producing
  await Promise.all(workers.map((worker) => worker.close()))
  expect(seen).toEqual([])
  const { missing, totals } = await auditQueue(connection, 'busy')
  expect(missing).toBe(0)
  expect(totals?.completed).toBeGreaterThan(100)
  await queue.close()
}
