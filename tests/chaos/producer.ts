/** Program: enqueues its share, then ends. May be killed and started again at any moment. */
import { produce } from './produce.ts'
import { endWithConductor, openQueue, readTask, tellConductor } from './task.ts'

const task = readTask()
if (!task.share) throw new Error('a producer needs a share')
endWithConductor()
const { connection, queue } = await openQueue(task)
tellConductor({ kind: 'ready' })
await produce(queue, task.directory, { ...task.share, seed: task.seed })
tellConductor({ kind: 'produced' })
await queue.close()
await connection.close()
process.exit(0)
