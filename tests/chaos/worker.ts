/** Program: works until SIGTERM, which hands back what is not done within a second. */
import { consume } from './consume.ts'
import { endWithConductor, openQueue, readTask, tellConductor } from './task.ts'

const task = readTask()
endWithConductor()
const { connection, queue } = await openQueue(task)
const worker = consume(queue, task)
process.once('SIGTERM', () => void leave())

async function leave(): Promise<void> {
  await worker.close({ deadlineMs: 1000 })
  await queue.close()
  await connection.close()
  process.exit(0)
}
tellConductor({ kind: 'ready' })
