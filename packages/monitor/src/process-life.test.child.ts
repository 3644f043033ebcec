// Awaits one method after the other at its top level, as a small script does, and tells each that settled.
import { connect, connectEmbedded } from '@millrace/connection'
import { BoundedCall } from './collectors/bounded-call.ts'
import { PerformanceMonitoringService } from './performance-monitoring-service.ts'

type Method = 'start' | 'getSystemMetrics' | 'getSummary' | 'getHealth' | 'exportMetrics' | 'flush' | 'close' | 'leave' | 'hang'

const [place, ...methods] = process.argv.slice(2) as [string, ...Method[]]
const connection = await (place.startsWith('redis:') ? connect(place) : connectEmbedded(place))
const monitor = new PerformanceMonitoringService({ connection })
monitor.recordAPIRequest('/', 'GET', 5, true)
const call = (method: Method): Promise<unknown> => {
  if (method === 'leave') return connection.close()
  // A call that nothing answers and that keeps nothing alive.
  if (method === 'hang') return new BoundedCall('it', 100, () => new Promise(() => undefined)).read()
  return monitor[method]()
}
for (const method of methods) {
  await call(method)
  process.stdout.write(`${method}
`)
}
