/** Program: asks the store for its figures several times a second, and writes down whether they add up (I1). */
import { setTimeout as sleep } from 'node:timers/promises'
import { isMillraceError } from 'millrace'
import { figuresOf } from './figures.ts'
import { Ledger } from './ledger.ts'
import { endWithConductor, openQueue, readTask, tellConductor } from './task.ts'

const task = readTask()
endWithConductor()
const ledger = new Ledger(task.directory, 'observer')
const { queue } = await openQueue(task)
tellConductor({ kind: 'ready' })
for (;;) {
  try {
    const { enqueued, accountedFor, unfinished } = await figuresOf(queue)
    ledger.write('BALANCE', '-', enqueued, accountedFor)
    tellConductor({ kind: 'figures', unfinished })
  } catch (error) {
    // The store is being killed all the time; only an answer counts.
    if (!isMillraceError(error) || error.code !== 'STORE_UNAVAILABLE') throw error
  }
  await sleep(200)
}
