/** Program: the one process that owns an embedded file. Enqueues, works and checks the figures until it is killed, or all is done. */
import { setTimeout as sleep } from 'node:timers/promises'
import { consume } from './consume.ts'
import { figuresOf } from './figures.ts'
import { Ledger } from './ledger.ts'
import { produce } from './produce.ts'
import { endWithConductor, openQueue, readTask, tellConductor } from './task.ts'

const task = readTask()
if (!task.share) throw new Error('an owner needs a share')
endWithConductor()
const { connection, queue } = await openQueue(task)
const ledger = new Ledger(task.directory, 'observer')
// Two, so that one may run a suspect alone while the other goes on.
const workers = [consume(queue, task), consume(queue, task)]
let produced = false
const producing = produce(queue, task.directory, { ...task.share, seed: task.seed }).then(() => (produced = true))
tellConductor({ kind: 'ready' })

for (;;) {
  const { enqueued, accountedFor, unfinished } = await figuresOf(queue)
  ledger.write('BALANCE', '-', enqueued, accountedFor)
  if (produced && unfinished === 0) break
  await sleep(100)
}
await producing
await Promise.all(workers.map((worker) => worker.close({ deadlineMs: 1000 })))
await queue.close()
await connection.close()
process.exit(0)
