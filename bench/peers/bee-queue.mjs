// Bee-Queue as its README advises for speed. It has no priorities, and cannot keep a bounded number of finished jobs: it removes them.
import { createRequire } from 'node:module'
import BeeQueue from 'bee-queue'

export const version = createRequire(import.meta.url)('bee-queue/package.json').version
export const settings = 'no priorities; removeOnSuccess; producer without events and stored jobs; saveAll of 1,000'

export async function open({ port, queueName }) {
  const redis = { host: '127.0.0.1', port }
  const producer = new BeeQueue(queueName, {
    redis,
    isWorker: false,
    getEvents: false,
    sendEvents: false,
    storeJobs: false,
    removeOnSuccess: true,
  })
  await producer.ready()
  let consumer
  return {
    enqueue: (payload) => producer.createJob(payload).save(),
    async enqueueBulk(items) {
      const failures = await producer.saveAll(items.map(({ payload }) => producer.createJob(payload)))
      if (failures.size > 0) throw new Error(`bee-queue refused ${failures.size} jobs`)
    },
    work(handler, concurrency) {
      consumer = new BeeQueue(queueName, { redis, getEvents: false, sendEvents: false, storeJobs: false, removeOnSuccess: true })
      consumer.process(concurrency, (job) => handler(job.data))
    },
    async close() {
      await consumer?.close(5000)
      await producer.close(5000)
    },
  }
}
