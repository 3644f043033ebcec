import { describe, expect, it } from 'vitest'
import { stageOn } from '../monitor.test.stage.ts'
import type { PerformanceMonitoringService } from '../performance-monitoring-service.ts'
import type { ExportFormat } from './export-metrics.ts'
import { lint } from './promtool.test.stage.ts'

const minuteMs = 60_000
const wild = '=cmd|"quoted",\\back\nline'

describe.each(['redis', 'embedded'] as const)('exportMetrics on %s', (kind) => {
  const { clock, monitor } = stageOn(kind)

  /** Two processes, two minutes, two routes. */
  async function recorded(): Promise<PerformanceMonitoringService> {
    const [a, b] = [monitor('a'), monitor('b')]
    for (let sample = 1; sample <= 100; sample += 1) {
      a.recordAPIRequest('/orders/:id', 'GET', sample, sample % 10 !== 0)
      b.recordAPIRequest('/orders/:id', 'GET', sample * 10, true, { clientError: sample === 1 })
      if (sample === 50) clock.advance(minuteMs)
    }
    a.recordAPIRequest(wild, 'POST', 0, true)
    await Promise.all([a.flush(), b.flush()])
    return monitor('reader')
  }

  it('json has every metric with its series, totals, and the points that have a value', async () => {
    const service = await recorded()
    const answer = JSON.parse(await service.exportMetrics('json', '1h'))
    expect(answer).toMatchObject({ generatedAt: clock.now(), range: '1h', resolutionSeconds: 60, seriesLeftOut: 0 })
    expect(answer.metrics.map(({ name }: { name: string }) => name)).toEqual(['api.response_time', 'api.errors', 'api.client_errors'])
    const [times, errors] = answer.metrics
    expect(times).toMatchObject({ unit: 'ms', kind: 'duration', help: expect.any(String) })
    const orders = times.series.find((each: { labels: object }) => 'endpoint' in each.labels && each.labels.endpoint === '/orders/:id')
    const { points } = await service.getMetrics('api.response_time', '1h', { endpoint: '/orders/:id' })
    expect(orders.labels).toEqual({ method: 'GET', endpoint: '/orders/:id' })
    expect(orders.points).toEqual(points.filter((point) => point.count > 0))
    expect(orders.total).toMatchObject({ count: 200, min: 1, max: 1000 })
    expect(errors.series[0].total.count).toBe(10)
    expect(await service.exportMetrics()).toBe(await service.exportMetrics('json', '1h'))
  })

  it('csv is one row a series and point, quotes what must be quoted, and begins no cell with a formula', async () => {
    const text = await (await recorded()).exportMetrics('csv', '1h')
    const rows = parseCsv(text)
    expect(rows[0]).toEqual('metric,unit,method,endpoint,queue,level,instance,time,timestamp,count,min,max,avg,p50,p95,p99'.split(','))
    expect(new Set(rows.map((row) => row.length))).toEqual(new Set([16]))
    expect(rows.filter((row) => row[0] === 'api.response_time' && row[3] === '/orders/:id').map((row) => Number(row[9]))).toEqual([
      100, 100,
    ])
    expect(rows.filter((row) => row[2] === 'POST').map((row) => row[3])).toEqual([`'${wild}`])
    expect(rows.flat().filter((cell) => /^[=+@\t\r-]/.test(cell))).toEqual([])
    expect(text.endsWith('\r\n')).toBe(true)
  })

  it('csv rounds a figure with a fraction to six digits, none before its point, and keeps whole ones as they are', async () => {
    const service = monitor('a')
    for (const [endpoint, ms] of [
      ['/third', 1 / 3],
      ['/long', 2_345_678.9],
      ['/whole', 12_345_678],
    ] as const) {
      service.recordAPIRequest(endpoint, 'GET', ms, true)
    }
    const rows = parseCsv(await service.exportMetrics('csv'))
    const told = rows.filter((row) => row[0] === 'api.response_time').map((row) => [row[3], row[11], row[12]])
    expect(Object.fromEntries(told.map(([endpoint, ...figures]) => [endpoint, figures]))).toEqual({
      '/third': ['0.333333', '0.333333'],
      '/long': ['2345679', '2345679'],
      '/whole': ['12345678', '12345678'],
    })
  })

  it('prometheus counts in its buckets exactly what was recorded, in seconds', async () => {
    const text = await (await recorded()).exportMetrics('prometheus', '1h')
    const samples = [...Array(100).keys()].flatMap((index) => [index + 1, (index + 1) * 10])
    const line = (start: string) =>
      Number(
        text
          .split('\n')
          .find((each) => each.startsWith(start))
          ?.split(' ')
          .at(-1),
      )
    const labels = 'method="GET",endpoint="/orders/:id"'
    for (const power of [-1, 0, 3, 5, 8, 10, 20]) {
      const le = 2 ** power
      expect(line(`millrace_api_response_time_seconds_bucket{${labels},le="${le / 1000}"}`), `le ${le}`).toBe(
        samples.filter((sample) => sample <= le).length,
      )
    }
    expect(line(`millrace_api_response_time_seconds_bucket{${labels},le="+Inf"}`)).toBe(200)
    expect(line(`millrace_api_response_time_seconds_count{${labels}}`)).toBe(200)
    expect(line(`millrace_api_response_time_seconds_sum{${labels}}`)).toBeCloseTo((5050 + 50500) / 1000, 9)
    expect(line(`millrace_api_errors_total{${labels}}`)).toBe(10)
    expect(text).toContain('endpoint="=cmd|\\"quoted\\",\\\\back\\nline",le="0.0005"} 1\n')
    expect(text).toContain('a snapshot, not for scraping')
  })

  it('promtool has nothing to say about the text', async ({ skip }) => {
    const said = await lint(await (await recorded()).exportMetrics('prometheus', '24h'))
    if (said === undefined) skip('there is no promtool here')
    expect(said).toBe('')
  })

  it('an empty store exports heads without rows, and a bad format is refused with what is allowed', async () => {
    const service = monitor('a')
    expect(JSON.parse(await service.exportMetrics('json', '7d'))).toMatchObject({ resolutionSeconds: 3600, metrics: [] })
    expect(parseCsv(await service.exportMetrics('csv'))).toHaveLength(1)
    await expect(service.exportMetrics('xml' as ExportFormat)).rejects.toMatchObject({
      code: 'FORMAT_INVALID',
      message: expect.stringContaining('json, prometheus, csv'),
    })
    await expect(service.exportMetrics('csv', '2h' as never)).rejects.toMatchObject({ code: 'RANGE_INVALID' })
  })
})

/** Rows of RFC 4180. */
function parseCsv(text: string): string[][] {
  const rows: string[][] = []
  let row: string[] = []
  for (const [, quoted, plain, end] of text.matchAll(/(?:"((?:[^"]|"")*)"|([^",\r\n]*))(,|\r\n)/g)) {
    row.push(quoted === undefined ? (plain ?? '') : quoted.replaceAll('""', '"'))
    if (end === '\r\n') {
      rows.push(row)
      row = []
    }
  }
  return rows
}
