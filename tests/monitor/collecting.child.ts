// A process that collects and works, for a test that kills it: says `ready`, then records a request every 100 ms with its count as a line.
import { connect, MessageQueueService, PerformanceMonitoringService } from 'millrace'

const [url = '', instance = ''] = process.argv.slice(2)
const connection = await connect(url)
const queues = new MessageQueueService({ connection, queues: { mail: {} } })
queues.process('mail', async () => undefined)
const monitor = new PerformanceMonitoringService({ connection, instance, queues })
await monitor.start()
process.stdout.write('ready\n')
let requests = 0
setInterval(() => {
  monitor.recordAPIRequest('/', 'GET', 5, true)
  requests += 1
  process.stdout.write(`${requests} ${Date.now()}\n`)
}, 100)
