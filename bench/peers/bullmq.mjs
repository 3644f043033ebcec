// BullMQ with its priorities, keeping as many completed jobs as we do.
import { createRequire } from 'node:module'
import { Queue, Worker } from 'bullmq'
import { Redis } from 'ioredis'

const require = createRequire(import.meta.url)
export const version = `${require('bullmq/package.json').version} (ioredis ${require('ioredis/package.json').version})`
export const settings = 'priorities 1–4, removeOnComplete { count: 1000, age: 3600 }, addBulk of 1,000'

const priorities = { urgent: 1, high: 2, normal: 3, low: 4 }
const kept = { count: 1000, age: 3600 }

export async function open({ port, queueName }) {
  const connect = () => new Redis({ port, host: '127.0.0.1', maxRetriesPerRequest: null })
  const queue = new Queue(queueName, { connection: connect(), defaultJobOptions: { removeOnComplete: kept } })
  await queue.waitUntilReady()
  let worker
  return {
    enqueue: (payload, level) => queue.add('message', payload, { priority: priorities[level] }),
    enqueueBulk: (items) =>
      queue.addBulk(items.map(({ payload, level }) => ({ name: 'message', data: payload, opts: { priority: priorities[level] } }))),
    work(handler, concurrency) {
      worker = new Worker(queueName, (job) => handler(job.data), { connection: connect(), concurrency, removeOnComplete: kept })
      worker.on('error', (error) => console.error('bullmq:', error.message))
    },
    async close() {
      await worker?.close()
      await queue.close()
    },
  }
}
