import { isMillraceError } from '@millrace/connection'
import type { QueueStats } from '@millrace/queue'
import { defineHandlers } from '../http/handler.ts'
import type { QueueDirectory } from './queue-directory.ts'

/** The four queue operations of the performance interface. */
export function queueHandlers(directory: QueueDirectory) {
  return defineHandlers({
    listQueues: async () => {
      const stats = await Promise.all((await directory.names()).map((name) => directory.stats(name).catch(unlessGone)))
      return { queues: stats.filter((queue): queue is QueueStats => queue !== undefined) }
    },
    getQueue: ({ params }) => directory.stats(params.queueName),
    getQueueSize: ({ params }) => directory.size(params.queueName),
    clearCompleted: async ({ params }) => {
      const queue = await directory.find(params.queueName)
      return { queue: params.queueName, removed: await queue.clearCompleted() }
    },
  })
}

/** A name that is known but holds nothing yet has no figures to list. */
function unlessGone(error: unknown): undefined {
  if (isMillraceError(error, 'QUEUE_NOT_FOUND')) return undefined
  throw error
}
