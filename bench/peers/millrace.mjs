// Millrace at product defaults: retention, request ids, counters and histograms on.
import { createRequire } from 'node:module'
import { connect, Queue, Worker } from 'millrace'

export const version = createRequire(import.meta.url)('millrace/package.json').version
export const settings = 'product defaults (completed kept: 1,000 or 1 h), bulk calls of 1,000'

export async function open({ port, queueName }) {
  const connection = await connect(`redis://127.0.0.1:${port}`)
  const queue = new Queue(queueName, { connection })
  let worker
  return {
    enqueue: (payload, level) => queue.enqueue(payload, { priority: level }),
    enqueueBulk: (items) => queue.enqueueMany(items.map(({ payload, level }) => ({ payload, priority: level }))),
    work(handler, concurrency) {
      worker = new Worker(queue, (message) => handler(message.payload), { concurrency })
    },
    async close() {
      await worker?.close({ deadlineMs: 5000 })
      await queue.close()
      await connection.close()
    },
  }
}
