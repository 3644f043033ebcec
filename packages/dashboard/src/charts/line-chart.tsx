import type { MetricUnit } from '@millrace/contract'
import { useCallback, useMemo, useState } from 'react'
import { ChartPanel } from './chart-panel.tsx'
import { hatch } from './hatch.ts'
import { backlogFrom, gridOf, latestPoint, noteSince, readoutOf, scaleOf } from './lines.model.ts'
import type { Line } from './lines.model.ts'
import { looks } from './looks.ts'
import type { Pointed, PlotOptions } from './plot.ts'
import { PlotView } from './plot-view.tsx'
import { PointsTable } from './points-table.tsx'
import { useUntil } from './use-until.ts'

interface LineChartProps {
  readonly title: string
  readonly note?: string | undefined
  /** Undefined while nothing was read yet. */
  readonly lines: readonly Line[] | undefined
  readonly unit: MetricUnit
  readonly resolutionSeconds: number
  readonly generatedAtMs: number
  /** What stands there when no line has a value. */
  readonly empty: string
  /** As high as a heatmap that it stands beside. */
  readonly isTall?: boolean
}

/**
 * Rates, shares, amounts or latencies over time. Amounts begin at 0, latency is by powers of ten; what was not measured stays a gap, the
 * point that still runs is dotted, and where a line `in` stays above a line `out` to the end, what lies between them is hatched.
 */
export function LineChart({ title, note, lines, unit, resolutionSeconds, generatedAtMs, empty, isTall = false }: LineChartProps) {
  const [pointed, setPointed] = useState<Pointed | null>(null)
  const untilMs = useUntil()
  const drawn = useMemo(() => lines ?? [], [lines])
  const shown = useMemo(() => {
    const grid = gridOf(drawn, resolutionSeconds, generatedAtMs)
    return { grid, scale: scaleOf(grid, unit), untilMs }
  }, [drawn, resolutionSeconds, generatedAtMs, unit, untilMs])
  const under = useCallback<PlotOptions['under']>(
    (canvas, plot, palette) => {
      const [incoming, outgoing] = (['in', 'out'] as const).map((look) => drawn.findIndex((line) => line.look === look))
      const [above, below] = [shown.grid.values[incoming ?? -1], shown.grid.values[outgoing ?? -1]]
      const from = above && below ? backlogFrom(above, below) : null
      if (from !== null && above && below) hatch(canvas, plot, shown.grid.middles, above, below, from, palette.colour('slow'))
    },
    [drawn, shown],
  )
  const readout = readoutOf(drawn, shown.grid, pointed?.index ?? latestPoint(shown.grid), unit, resolutionSeconds)
  return (
    <ChartPanel
      title={title}
      note={noteSince(note, drawn, generatedAtMs)}
      isLoading={lines === undefined}
      empty={latestPoint(shown.grid) === null ? empty : undefined}
      isTall={isTall}
      keys={{ lines: drawn, time: readout.time, values: readout.values }}
      plot={
        <PlotView
          label={`${title} over time, ${drawn.map(({ label }) => label).join(', ')}`}
          shown={shown}
          strokes={drawn.map(({ look }) => looks[look])}
          text={readout.text}
          pointed={pointed}
          onPoint={setPointed}
          under={under}
          isTall={isTall}
          hasGrid
          hasCasing={false}
        />
      }
      table={<PointsTable title={title} lines={drawn} grid={shown.grid} unit={unit} resolutionSeconds={resolutionSeconds} />}
    />
  )
}
