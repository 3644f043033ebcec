import { setTimeout as pause } from 'node:timers/promises'
import { Command } from 'commander'
import { paintFor, print } from './print.ts'
import { queueTable } from './queue-table.ts'
import { reachQueues } from './reach-queues.ts'
import type { QueueSource } from './reach-queues.ts'
import { configOf, withPlace } from './settings.ts'
import type { PlaceOptions } from './settings.ts'

interface QueuesOptions extends PlaceOptions {
  readonly json?: boolean
  readonly watch?: boolean
}

/** Between two looks, ms: a server that is asked so often still answers others (200 requests in 15 minutes). */
const watchMs = 5_000

const after = `
The figures come from the store; an embedded file that a server has open is read through that server (HOST, PORT).
Times are of the last hour, DONE/S of the last minute.

Examples:
  millrace queues
  millrace queues --watch
  millrace queues --json | jq '.queues[] | select(.counts.dead > 0) | .name'`

export function queuesCommand(): Command {
  return withPlace(new Command('queues'))
    .description('Shows every queue: what waits, runs and is dead, how old the oldest is, and who works.')
    .option('--json', 'print { queues: [QueueStats] }; with --watch a line each time')
    .option('--watch', `look again every ${watchMs / 1_000} s until Ctrl-C`)
    .addHelpText('after', after)
    .action(async ({ json = false, watch = false, ...place }: QueuesOptions) => {
      const source = await reachQueues(configOf(place))
      try {
        await (watch ? watchQueues(source, json) : showQueues(source, json))
      } finally {
        await source.close()
      }
    })
}

async function showQueues(source: QueueSource, json: boolean): Promise<void> {
  const queues = await source.list()
  if (json) return print(`${JSON.stringify({ queues })}\n`)
  if (queues.length > 0) return print(queueTable(queues, paintFor(process.stdout)))
  await print(`There is no queue yet in ${source.description}. A program makes one by its first enqueue or its first worker.\n`)
}

async function watchQueues(source: QueueSource, json: boolean): Promise<void> {
  const stopping = new AbortController()
  const stop = () => stopping.abort()
  process.once('SIGINT', stop).once('SIGTERM', stop)
  while (!stopping.signal.aborted) {
    // In a terminal the table stays in its place.
    if (process.stdout.isTTY && !json) await print('\u001B[H\u001B[2J')
    if (!json) await print(`${source.description}  ${new Date().toLocaleTimeString('en-GB')}\n\n`)
    await showQueues(source, json)
    if (!json) await print('\n')
    await pause(watchMs, undefined, { signal: stopping.signal }).catch(() => undefined)
  }
}
