/** `npm run worker`: one more process for the four queues of a shared Redis, without a server. */
import { connect, MillraceError, PerformanceMonitoringService } from 'millrace'
import { createLog, endOnSignal, logLevelAt, readConfig, sayFailure, storeUrlOf } from 'millrace/server'
import { openWorker } from './workspace.ts'

await start().catch((error: unknown) => {
  sayFailure(error)
  process.exit(1)
})

async function start(): Promise<void> {
  const config = readConfig()
  if (config.redisUrl === null) {
    throw new MillraceError(
      'CONFIG_INVALID',
      'A worker needs REDIS_URL, the Redis it shares with the workspace: an embedded file belongs to the one process that `npm start` runs, which handles the queues itself.',
    )
  }
  const log = createLog(logLevelAt(process.stderr.isTTY, config.logLevel), process.stderr)
  const connection = await connect(storeUrlOf(config), { log })
  const worker = openWorker({ connection, log })
  // So that the dashboard shows this process beside the servers.
  const monitor = new PerformanceMonitoringService({ connection, queues: worker.queues, log })
  await monitor.start()
  endOnSignal(async () => {
    await worker.close()
    await monitor.close()
    await connection.close()
  })
  process.stdout.write(
    `Handling ${worker.queues.queueNames.join(', ')} on ${connection.description}. Ctrl-C hands back what runs and ends.\n`,
  )
}
