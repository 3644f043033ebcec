// Turns the cells of a run into medians, ratios and a table. Pure, so that the run and the README draw the same.

export function median(numbers) {
  const sorted = [...numbers].sort((a, b) => a - b)
  const middle = sorted.length >> 1
  return sorted.length % 2 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2
}

/** Per peer: median, least and greatest of the figure, and the medians of what it cost. */
export function summary(cells) {
  return Object.fromEntries(
    Object.entries(cells).map(([peer, rounds]) => {
      const of = (name) => rounds.map((cell) => cell[name]).filter((figure) => figure !== undefined)
      const measured = of('figure')
      const costs = ['p95', 'p99', 'max', 'redisCpuMicros', 'redisCommands', 'nodeCpuMicros']
      const medians = Object.fromEntries(costs.filter((name) => of(name).length > 0).map((name) => [name, median(of(name))]))
      const { version, settings } = rounds[0]
      return [
        peer,
        { median: median(measured), least: Math.min(...measured), greatest: Math.max(...measured), ...medians, version, settings },
      ]
    }),
  )
}

/** How many times better ours is than `peer`: above 1 is better whichever way the figure points. Null where one of them did not run. */
export function advantage(result, peer) {
  const [ours, theirs] = [result.peers.millrace?.median, result.peers[peer]?.median]
  if (ours === undefined || theirs === undefined) return null
  return result.lowerIsBetter ? theirs / ours : ours / theirs
}

export function format(figure) {
  return figure >= 100 ? Math.round(figure).toLocaleString('en-US') : figure.toFixed(2)
}

/** One row a peer, with what a message cost. */
export function table(result) {
  const rows = Object.entries(result.peers).map(([peer, row]) => {
    const times = advantage(result, peer)
    return [
      `${peer} ${row.version}`,
      `${format(row.median)} (${format(row.least)}–${format(row.greatest)})`,
      row.p99 === undefined ? '' : format(row.p99),
      format(row.redisCpuMicros),
      format(row.nodeCpuMicros),
      peer === 'millrace' || times === null ? '' : `${times.toFixed(1)} ×`,
    ]
  })
  const head = [
    result.scenario,
    `${result.unit}, median (min–max)`,
    'p99',
    'Redis CPU µs a message',
    'Node CPU µs a message',
    'Millrace is better',
  ]
  return [head, head.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n')
}

/** The README's table: one row a scenario, with a line that says where and when it was measured. */
export function figuresTable(results) {
  const rivals = [...new Set(results.flatMap((result) => Object.keys(result.peers)))].filter((peer) => peer !== 'millrace')
  const head = ['', 'Millrace', ...rivals.map((peer) => peer)]
  const rows = results.map((result) => {
    const theirs = rivals.map((peer) => {
      const row = result.peers[peer]
      return row ? `${format(row.median)} (${advantage(result, peer)?.toFixed(1)} ×)` : '–'
    })
    return [`${result.scenario.replaceAll('-', ' ')}, ${result.unit}`, `**${format(result.peers.millrace.median)}**`, ...theirs]
  })
  const [{ machine, redis, date, commit }] = results
  const versions = rivals.map((peer) => `${peer} ${results.find((result) => result.peers[peer])?.peers[peer].version}`)
  return [
    ...[head, head.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`),
    '',
    `In brackets: how many times better Millrace is. Medians, ours and theirs alternating, ${date.slice(0, 10)}, commit ${commit}, ${machine.cores} × ${machine.cpu}, Node ${machine.node.slice(1)}, Redis ${redis.version}; ${versions.join(', ')}.`,
  ].join('\n')
}
