/**
 * Lane: 100,000 messages through an embedded file whose one process, producer and worker at once, is killed and started again all the
 * time, and stopped beyond its lease now and then. Then another program, the checker, judges what became of each message.
 */
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { pathToFileURL } from 'node:url'
import { Chance } from './chance.ts'
import { Crew } from './crew.ts'
import { conclude, describeReach, faultChecks, reachChecks } from './report.ts'
import { readSettings, temporaryFolder } from './settings.ts'
import type { Task } from './task.ts'
import { verify } from './verify.ts'

const leaseMs = 2000
const limitMs = 280_000

const { messages, seed, scale } = readSettings('chaos on the embedded file')
const folder = temporaryFolder()
const chance = new Chance(seed)
const startedAt = performance.now()
const kills = Math.ceil(55 * scale)
const stalls = new Set(Array.from({ length: Math.ceil(3 * scale) }, () => chance.between(0, kills - 1)))

const crew = new Crew()
const file = pathToFileURL(join(folder.directory, 'file')).href
const share = { from: 0, to: messages, perSecond: 4000 }
const task: Task = {
  url: file,
  queue: 'chaos',
  directory: join(folder.directory, 'ledgers'),
  seed,
  concurrency: 40,
  leaseMs,
  workRatio: 0.3,
  share,
}

const limit = setTimeout(() => {
  console.log(`not finished after ${limitMs / 1000} s, ${killed} of ${kills} kills are done`)
  console.log('0 passed, 1 failed')
  folder.keep()
  process.exit(1)
}, limitMs)

let killed = 0
let harmless = 0
for (; killed < kills; killed++) {
  const owner = crew.start('owner', task)
  await owner.ready
  await sleep(chance.between(250, 800))
  if (stalls.has(killed)) {
    owner.child.kill('SIGSTOP')
    await sleep(leaseMs + 1000)
    owner.child.kill('SIGCONT')
    await sleep(300)
  }
  if (!owner.running) harmless += 1
  await owner.kill()
}
const harmedMs = performance.now() - startedAt
const last = crew.start('owner', task)
const how = await last.ended
if (how !== 'exit code 0') crew.accidents.push(`the last owner ended by ${how}`)
const finishedMs = performance.now() - startedAt
const verdict = await verify(task)
clearTimeout(limit)

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
    'kills of the owning process at work': [killed - harmless, Math.ceil(50 * scale)],
    'attempts cut off by a kill': [reach.interrupted, Math.ceil(500 * scale)],
    'messages redelivered': [reach.redelivered, Math.ceil(500 * scale)],
    retries: [reach.retried, Math.ceil(1000 * scale)],
    'duplicates refused': [reach.duplicatesRefused, Math.ceil(1000 * scale)],
  }),
])
if (code !== 0) folder.keep()
process.exit(code)
