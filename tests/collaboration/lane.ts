/**
 * Lane: documents that several write at once. Six write over lines that are late, double, cut and fall silent, 200 times; and three write
 * while their server is killed 30 times on the file and some on Redis. Whatever was called saved is there, and all end alike.
 */
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { RedisProcess } from '@millrace/connection/testing'
import { conclude, reachChecks } from '../chaos/report.ts'
import type { Check } from '../chaos/report.ts'
import { temporaryFolder } from '../chaos/settings.ts'
import { killRun } from './kill-run.ts'
import type { KillResult } from './kill-run.ts'
import { lossyRun } from './lossy-run.ts'
import type { LossyResult } from './lossy-run.ts'
import { ServerProcess } from './server-process.ts'

const { values } = parseArgs({ options: { runs: { type: 'string' }, kills: { type: 'string' }, seed: { type: 'string' } } })
const runs = Number(values.runs ?? 200)
const kills = Number(values.kills ?? 30)
const seed = Number(values.seed ?? Math.floor(Math.random() * 2 ** 24))
/** Runs at the same time. */
const atOnce = 8
/** Runs over two servers that share one Redis; the others are on a file. */
const sharedRatio = 0.3
const killsOnRedis = Math.ceil(kills / 4)
const limitMs = 580_000

console.log(`collaboration: ${runs} runs over bad lines, ${kills} kills on the file, ${killsOnRedis} on Redis, --seed ${seed}`)
const startedAt = performance.now()
const folder = temporaryFolder()
const failures: string[] = []
setTimeout(() => {
  console.log(`not finished after ${limitMs / 1000} s`)
  console.log('0 passed, 1 failed')
  folder.keep()
  process.exit(1)
}, limitMs).unref()

const redis = await RedisProcess.start()
const onFile = await ServerProcess.start({ DATA_DIR: join(folder.directory, 'file') })
const shared = await Promise.all(
  ['one', 'other'].map((name) => ServerProcess.start({ REDIS_URL: redis.url, DATA_DIR: join(folder.directory, name) })),
)

const lossy: LossyResult[] = []
const waiting = Array.from({ length: runs }, (_, run) => run)
await Promise.all(
  Array.from({ length: atOnce }, async () => {
    for (let run = waiting.shift(); run !== undefined; run = waiting.shift()) {
      const servers = run < runs * sharedRatio ? shared : [onFile]
      await lossyRun(seed + run, servers).then(
        (result) => void lossy.push(result),
        (error: unknown) => void failures.push(String(error)),
      )
    }
  }),
)
const lossySeconds = (performance.now() - startedAt) / 1000

const killed: KillResult[] = []
await Promise.all(
  (
    [
      [onFile, { atLeast: kills, atMost: kills * 4 }],
      [shared[0] as ServerProcess, { atLeast: killsOnRedis, atMost: killsOnRedis }],
    ] as const
  ).map(([server, plan]) =>
    killRun(seed + runs + plan.atLeast, server, plan).then(
      (result) => void killed.push(result),
      (error: unknown) => void failures.push(String(error)),
    ),
  ),
)

const total = <Result>(results: readonly Result[], of: (result: Result) => number) => results.reduce((sum, result) => sum + of(result), 0)
const checks: Check[] = [
  {
    title: 'every run comes to its end',
    passed: failures.length === 0,
    seen: failures.length === 0 ? 'all' : failures.slice(0, 5).join('; '),
  },
  {
    title: 'six writers over bad lines end alike',
    passed: lossy.every(({ converged }) => converged),
    seen: `${lossy.filter(({ converged }) => converged).length} of ${lossy.length}`,
  },
  {
    title: 'over bad lines, every update that was called saved is there',
    passed: total(lossy, ({ lost }) => lost) === 0,
    seen: `${total(lossy, ({ lost }) => lost)} lost of ${total(lossy, ({ edits }) => edits)}`,
  },
  {
    title: 'writers end alike after the kills',
    passed: killed.every(({ converged }) => converged),
    seen: `${killed.filter(({ converged }) => converged).length} of ${killed.length}`,
  },
  {
    title: 'after each kill, every update that was called saved is there',
    passed: total(killed, ({ lost }) => lost) === 0,
    seen: `${total(killed, ({ lost }) => lost)} lost of ${total(killed, ({ edits }) => edits)}`,
  },
  ...reachChecks({
    'runs over bad lines': [lossy.length, runs],
    'connections that were cut': [total(lossy, ({ harm }) => harm.cuts), runs],
    'connections that fell silent': [total(lossy, ({ harm }) => harm.silences), Math.floor(runs / 4)],
    'messages that came twice': [total(lossy, ({ harm }) => harm.twice), runs],
    'connections lost with unsaved edits': [total(lossy, ({ lostWithUnsaved }) => lostWithUnsaved), Math.floor(runs / 4)],
    'edits made offline': [total(lossy, ({ offline }) => offline), runs],
    kills: [total(killed, (result) => result.kills), kills + killsOnRedis],
    'kills with unsaved edits': [total(killed, ({ withUnsaved }) => withUnsaved), Math.floor(kills / 3)],
    'kills between an append and its word': [total(killed, ({ appendedUntold }) => appendedUntold), 1],
  }),
]
for (const server of [onFile, ...shared]) await server.close()
await redis.close()
console.log(`${lossySeconds.toFixed(1)} s over bad lines, ${((performance.now() - startedAt) / 1000).toFixed(1)} s together`)
process.exit(conclude(checks))
