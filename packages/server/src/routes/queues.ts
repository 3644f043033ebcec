import { defineHandlers } from '../http/handler.ts'
import type { QueueDirectory } from './queue-directory.ts'

/** The four queue operations of the performance interface. */
export function queueHandlers(directory: QueueDirectory) {
  return defineHandlers({
    listQueues: async () => ({ queues: await directory.getAllQueueStats() }),
    getQueue: ({ params }) => directory.stats(params.queueName),
    getQueueSize: ({ params }) => directory.size(params.queueName),
    clearCompleted: async ({ params }) => {
      const queue = await directory.queue(params.queueName)
      return { queue: params.queueName, removed: await queue.clearCompleted() }
    },
  })
}
