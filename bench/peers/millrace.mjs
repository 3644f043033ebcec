// Millrace at product defaults: retention, request ids, counters and histograms on.
import { readFileSync } from 'node:fs'
import { connect, Queue, Worker } from 'millrace'

// All packages share the version of the root.
export const { version } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8'))
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
