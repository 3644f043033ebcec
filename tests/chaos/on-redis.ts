/**
 * Lane: 100,000 messages through a Redis (AOF on) that is killed and started again in the same folder, while workers are killed, stopped
 * beyond their lease and asked to leave, and producers are killed. Then another program, the checker, judges what became of each message.
 */
import { setTimeout as sleep } from 'node:timers/promises'
import { RedisProcess } from '@millrace/connection/testing'
import { Chance } from './chance.ts'
import { Crew, type Member } from './crew.ts'
import { conclude, describeReach, faultChecks, reachChecks } from './report.ts'
import { readSettings, temporaryFolder } from './settings.ts'
import type { Task } from './task.ts'
import { verify } from './verify.ts'

const workerCount = 6
const producerCount = 2
const leaseMs = 2000
const limitMs = 280_000

const { messages, seed, scale } = readSettings('chaos on Redis')
const folder = temporaryFolder()
const chance = new Chance(seed)
const startedAt = performance.now()
const done = { 'worker kills': 0, 'Redis kills': 0, 'stalls beyond the lease': 0, 'rolling restarts': 0, 'producer kills': 0 }
type Deed = keyof typeof done
const wanted: Readonly<Record<Deed, number>> = {
  'worker kills': Math.ceil(56 * scale),
  'Redis kills': Math.ceil(6 * scale),
  'stalls beyond the lease': Math.ceil(52 * scale),
  'rolling restarts': Math.ceil(8 * scale),
  'producer kills': Math.ceil(6 * scale),
}

// `always`: with `everysec` Redis answers up to 2 s before it writes while an fsync is under way, so that its kill may lose what it answered.
const redis = await RedisProcess.start({ args: ['--appendonly', 'yes', '--appendfsync', 'always', '--auto-aof-rewrite-percentage', '0'] })
const crew = new Crew()
const task: Task = { url: redis.url, queue: 'chaos', directory: folder.directory, seed, concurrency: 20, leaseMs }

/** What the processes told last. */
const told = { unfinished: 0, produced: 0 }
const observer = crew.start('observer', task, (news) => {
  if (news.kind === 'figures') told.unfinished = news.unfinished
})
const workers = Array.from({ length: workerCount }, () => crew.start('worker', task))
const producers = Array.from({ length: producerCount }, (_, share) => startProducer(share))

function startProducer(share: number): Member {
  const size = messages / producerCount
  const range = { from: Math.round(share * size), to: Math.round((share + 1) * size), perSecond: 700 }
  return crew.start('producer', { ...task, share: range }, (news) => {
    if (news.kind === 'produced') told.produced += 1
  })
}

/** Somebody who may be harmed now: a rare moment has none, then the deed waits. */
async function victim(members: readonly (Member | undefined)[]): Promise<number> {
  for (;;) {
    const free = [...members.keys()].filter((index) => members[index]?.running && !members[index]?.busy)
    if (free.length > 0) return chance.pick(free)
    await sleep(20)
  }
}

const deeds: Readonly<Record<Deed, () => Promise<void>>> = {
  async 'worker kills'() {
    const index = await victim(workers)
    await workers[index]?.kill()
    workers[index] = crew.start('worker', task)
  },

  async 'Redis kills'() {
    await redis.kill()
    await sleep(chance.between(0, 800))
    await redis.restart()
  },

  async 'stalls beyond the lease'() {
    const worker = workers[await victim(workers)]
    if (!worker) return
    worker.busy = true
    await worker.ready
    worker.child.kill('SIGSTOP')
    await sleep(leaseMs + chance.between(600, 2000))
    worker.child.kill('SIGCONT')
    // Time for its late results to leave before it may be killed.
    await sleep(500)
    worker.busy = false
  },

  async 'rolling restarts'() {
    const index = await victim(workers)
    const worker = workers[index]
    if (!worker) return
    worker.busy = true
    await worker.ready
    worker.child.kill('SIGTERM')
    workers[index] = crew.start('worker', task)
    const how = await Promise.race([worker.ended, sleep(15_000, 'no exit within 15 s')])
    if (how !== 'exit code 0') crew.accidents.push(`a worker asked to leave ended by ${how}`)
  },

  async 'producer kills'() {
    if (told.produced === producerCount) return
    const index = await victim(producers)
    await producers[index]?.kill()
    producers[index] = startProducer(index)
  },
}

/** Deeds that take long go on beside the others; at most three stalls at once, so that somebody works. */
async function harm(): Promise<void> {
  const deck = (Object.keys(wanted) as Deed[]).flatMap((deed) => Array.from({ length: wanted[deed] }, () => deed))
  for (let index = deck.length - 1; index > 0; index--) {
    const other = chance.between(0, index)
    const [a, b] = [deck[index], deck[other]]
    if (a && b) [deck[index], deck[other]] = [b, a]
  }
  const underWay = new Set<Promise<void>>()
  const stalls = () => underWay.size
  for (const deed of deck) {
    await sleep(chance.between(150, 600))
    if (deed === 'Redis kills' || deed === 'worker kills' || deed === 'producer kills') {
      await deeds[deed]()
      done[deed] += 1
      continue
    }
    while (stalls() >= 3) await Promise.race(underWay)
    const going = deeds[deed]().then(() => {
      done[deed] += 1
      underWay.delete(going)
    })
    underWay.add(going)
  }
  await Promise.all(underWay)
}

async function finish(): Promise<void> {
  while (told.produced < producerCount) await sleep(50)
  // The observer's next figures are of a moment after the last enqueue.
  await sleep(500)
  while (told.unfinished > 0) await sleep(50)
}

const limit = setTimeout(() => {
  console.log(
    `not finished after ${limitMs / 1000} s: ${told.unfinished} messages wait, ${told.produced} of ${producerCount} producers are done, ${JSON.stringify(done)}`,
  )
  console.log('0 passed, 1 failed')
  folder.keep()
  process.exit(1)
}, limitMs)

await Promise.all([observer.ready, ...workers.map((worker) => worker.ready)])
await harm()
const harmedMs = performance.now() - startedAt
await finish()
const finishedMs = performance.now() - startedAt
crew.killAll()
const verdict = await verify(task)
clearTimeout(limit)
await redis.close()

const { reach } = verdict
const seconds = (ms: number) => `${(ms / 1000).toFixed(0)} s`
console.log(describeReach(reach))
console.log(
  `harm until ${seconds(harmedMs)}, all finished after ${seconds(finishedMs)}, judged after ${seconds(performance.now() - startedAt)}`,
)
const code = conclude([
  ...faultChecks(verdict),
  { title: 'no process ended by itself', passed: crew.accidents.length === 0, seen: crew.accidents.join('; ') || 'none' },
  ...reachChecks({
    'messages enqueued': [reach.intended, messages],
    'worker kills': [done['worker kills'], Math.ceil(50 * scale)],
    'Redis kills': [done['Redis kills'], Math.ceil(5 * scale)],
    'attempts cut off by a kill': [reach.interrupted, Math.ceil(200 * scale)],
    'late results of stalled workers, refused': [reach.lateRefused, Math.ceil(200 * scale)],
    'stale results refused by the store': [reach.staleCounted, Math.ceil(200 * scale)],
    'messages redelivered': [reach.redelivered, Math.ceil(400 * scale)],
    retries: [reach.retried, Math.ceil(1000 * scale)],
    'duplicates refused': [reach.duplicatesRefused, Math.ceil(1000 * scale)],
  }),
])
if (code !== 0) folder.keep()
process.exit(code)
