import { formatDuration, formatNumber, unknown } from '@millrace/ui'
import { columnTotal, filledRows } from './heatmap.model.ts'
import type { Cells } from './heatmap.model.ts'
import type { Grid, Line } from './lines.model.ts'
import { readoutOf } from './lines.model.ts'

interface CellsTableProps {
  readonly title: string
  readonly cells: Cells
  readonly lines: readonly Line[]
  readonly grid: Grid
  readonly noun: string
  readonly resolutionSeconds: number
}

/** The cells as rows of a table, newest first: all of a column, its percentiles, and what lay up to each time. */
export function CellsTable({ title, cells, lines, grid, noun, resolutionSeconds }: CellsTableProps) {
  const rows = filledRows(cells)
  return (
    <div className="chart-table" role="region" aria-label={`${title}, as a table`} tabIndex={0}>
      <table className="table">
        <thead>
          <tr>
            <th scope="col">Time</th>
            <th scope="col" className="number">
              All {noun}
            </th>
            {lines.map(({ label }) => (
              <th key={label} scope="col" className="number">
                {label}
              </th>
            ))}
            {rows.map((row) => (
              <th key={row} scope="col" className="number">
                to {formatDuration(cells.rows[row]?.toMs ?? 0)}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {cells.starts
            .map((start, column) => ({ start, column, ...readoutOf(lines, grid, column, 'ms', resolutionSeconds) }))
            .reverse()
            .map(({ start, column, time, values }) => (
              <tr key={start}>
                <th scope="row">{time}</th>
                <td className="number">{cells.isMeasured[column] === true ? formatNumber(columnTotal(cells, column)) : unknown}</td>
                {values.map((value, line) => (
                  <td key={lines[line]?.label} className="number">
                    {value}
                  </td>
                ))}
                {rows.map((row) => (
                  <td key={row} className="number">
                    {cells.isMeasured[column] === true ? formatNumber(cells.counts[column]?.[row] ?? 0) : unknown}
                  </td>
                ))}
              </tr>
            ))}
        </tbody>
      </table>
    </div>
  )
}
