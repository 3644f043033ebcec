/** Program: reads the ledgers and the store, and prints its verdict as one line of JSON. It knows nothing of who was killed when. */
import { finalStore } from './figures.ts'
import { readLedgers } from './ledger.ts'
import { openQueue, readTask } from './task.ts'
import { judge, Traces } from './verdict.ts'

const task = readTask()
const { connection, queue } = await openQueue(task)
const traces = new Traces(readLedgers(task.directory))
const store = await finalStore(queue, traces.open())
console.log(JSON.stringify(judge(task.seed, traces, store)))
await queue.close()
await connection.close()
