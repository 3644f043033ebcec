import type { Heatmap, Series } from '@millrace/contract'
import { formatNumber } from '@millrace/ui'
import { useCallback, useMemo, useState } from 'react'
import { drawCells } from './cells.ts'
import { CellsTable } from './cells-table.tsx'
import { ChartPanel } from './chart-panel.tsx'
import { cellReadout, cellsOf, rowAt } from './heatmap.model.ts'
import { gridOf, latestPoint, noteSince, readoutOf } from './lines.model.ts'
import type { Line } from './lines.model.ts'
import { looks } from './looks.ts'
import type { Pointed, PlotOptions } from './plot.ts'
import { PlotView } from './plot-view.tsx'
import { useUntil } from './use-until.ts'

interface HeatmapChartProps {
  readonly title: string
  readonly note?: string | undefined
  /** Undefined while nothing was read yet; null where the answer has none. */
  readonly heatmap: Heatmap | null | undefined
  /** Percentiles that lie over the cells. */
  readonly lines: readonly Line[]
  /** Events a second: where they are null nobody measured, and the column stays empty. */
  readonly rates?: Series['points'] | undefined
  /** What is counted: `requests`. */
  readonly noun: string
  readonly resolutionSeconds: number
  readonly generatedAtMs: number
  readonly empty: string
}

const noColumns = { columns: [], bucketsPerDoubling: 16 as const }

/** How times were spread, from the buckets as stored: one column a point, one row a bucket, percentiles on top. */
export function HeatmapChart(props: HeatmapChartProps) {
  const { title, note, heatmap, lines, rates, noun, resolutionSeconds, generatedAtMs, empty } = props
  const [pointed, setPointed] = useState<Pointed | null>(null)
  const untilMs = useUntil()
  const cells = useMemo(() => cellsOf(heatmap ?? noColumns, rates), [heatmap, rates])
  const shown = useMemo(
    () => ({ grid: gridOver(cells.starts, lines, resolutionSeconds, generatedAtMs), scale: cells.scale, untilMs }),
    [cells, lines, resolutionSeconds, generatedAtMs, untilMs],
  )
  const levels = useMemo(() => cells.rows.map(({ fromMs, toMs }) => Math.sqrt(fromMs * toMs)), [cells])
  const under = useCallback<PlotOptions['under']>((canvas, plot, palette) => drawCells(canvas, plot, cells, palette), [cells])
  const index = pointed?.index ?? latestPoint(shown.grid)
  const row = pointed?.value == null ? null : rowAt(cells, pointed.value)
  const readout = readoutOf(lines, shown.grid, index, 'ms', resolutionSeconds)
  const cell = index === null ? null : cellReadout(cells, index, row, noun)
  return (
    <ChartPanel
      title={title}
      note={noteSince(note, lines, generatedAtMs)}
      isLoading={heatmap === undefined}
      empty={cells.largest === 0 ? empty : undefined}
      isTall
      keys={{ lines, time: readout.time, values: readout.values }}
      scale={<CellScale largest={cells.largest} noun={noun} />}
      plot={
        <>
          <PlotView
            label={`${title} as a heatmap with ${lines.map(({ label }) => label).join(', ')}`}
            shown={shown}
            strokes={lines.map(({ look }) => looks[look])}
            text={cell === null ? readout.text : `${readout.text}; ${cell.total}${cell.cell === undefined ? '' : `, ${cell.cell}`}`}
            pointed={pointed}
            onPoint={setPointed}
            levels={levels}
            under={under}
            hasGrid={false}
            hasCasing
            isTall
          />
          {pointed !== null && cell !== null && (
            <div className={pointed.index < cells.starts.length / 2 ? 'chart-readout' : 'chart-readout left'} aria-hidden="true">
              <b>{readout.time}</b> <span>{cell.total}</span>
              {cell.cell !== undefined && <b>{cell.cell}</b>}
            </div>
          )}
        </>
      }
      table={<CellsTable title={title} cells={cells} lines={lines} grid={shown.grid} noun={noun} resolutionSeconds={resolutionSeconds} />}
    />
  )
}

/** The lines on the columns of the cells, so that both have one crosshair. */
function gridOver(starts: readonly number[], lines: readonly Line[], resolutionSeconds: number, generatedAtMs: number) {
  const columns: Line = { label: '', look: 'other', points: starts.map((start) => [start, null]) }
  const { values, ...grid } = gridOf([columns, ...lines.map((line) => within(line, starts))], resolutionSeconds, generatedAtMs)
  return { ...grid, values: values.slice(1) }
}

function within(line: Line, starts: readonly number[]): Line {
  const [first = 0, last = 0] = [starts[0], starts.at(-1)]
  return { ...line, points: line.points.filter(([at]) => at >= first && at <= last) }
}

const steps = [1, 2, 3, 4, 5, 6, 7] as const

/** From one to most, by colour. */
function CellScale({ largest, noun }: { readonly largest: number; readonly noun: string }) {
  return (
    <span className="cell-scale" aria-hidden="true">
      1
      <span>
        {steps.map((step) => (
          <i key={step} data-step={step} />
        ))}
      </span>
      {formatNumber(largest)} {noun}
    </span>
  )
}
