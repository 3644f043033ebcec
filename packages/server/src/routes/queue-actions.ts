import { MillraceError } from '@millrace/connection'
import type { Body } from '@millrace/contract'
import type { Queue } from '@millrace/queue'
import { defineHandlers } from '../http/handler.ts'
import type { QueueDirectory } from './queue-directory.ts'

/** What an operator does to a whole queue. */
export function queueActionHandlers(directory: QueueDirectory) {
  return defineHandlers({
    pauseQueue: async ({ params }) => {
      await (await directory.queue(params.queueName)).pause()
      return { queue: params.queueName, paused: true }
    },
    resumeQueue: async ({ params }) => {
      await (await directory.queue(params.queueName)).resume()
      return { queue: params.queueName, paused: false }
    },
    redriveQueue: async ({ params, body }) => {
      const queue = await directory.queue(params.queueName)
      return { queue: params.queueName, redriven: await redrive(queue, body) }
    },
  })
}

/** What the caller was shown is what is done: never more messages than expected, and none when there are not that many any more. */
async function redrive(queue: Queue, { expectedCount, ids, delayMs }: Body<'redriveQueue'>): Promise<number> {
  if (expectedCount !== undefined) {
    const found = ids === undefined ? (await queue.stats()).counts.dead : ids.length
    if (found !== expectedCount) {
      const what = ids === undefined ? `${queue.name} has ${found} dead messages` : `${found} ids were given`
      throw new MillraceError('COUNT_CHANGED', `${what}, not ${expectedCount}; look again and send the number that is there now.`)
    }
  }
  const chosen = ids !== undefined ? { ids } : expectedCount === undefined ? {} : { limit: expectedCount }
  if (chosen.limit === 0) return 0
  return queue.redrive(chosen, delayMs === undefined ? {} : { delayMs })
}
