/** A process of its own whose worker fires schedules, for tests: `node worker.test.child.js <url> <queue>`. */
import { connectRedis } from '@millrace/connection'
import { Queue } from '../queue.ts'
import { Worker } from '../worker.ts'

const [url = '', name = ''] = process.argv.slice(2)
const connection = await connectRedis(url)
const worker = new Worker(new Queue(name, { connection }), () => undefined, { leaseMs: 2000 })
worker.on('error', () => undefined)
process.stdout.write('ready\n')
