import type { MetricUnit } from '@millrace/contract'
import type { Grid, Line } from './lines.model.ts'
import { readoutOf } from './lines.model.ts'

interface PointsTableProps {
  readonly title: string
  readonly lines: readonly Line[]
  readonly grid: Grid
  readonly unit: MetricUnit
  readonly resolutionSeconds: number
}

/** What a chart draws, as rows of a table, newest first. */
export function PointsTable({ title, lines, grid, unit, resolutionSeconds }: PointsTableProps) {
  return (
    <div className="chart-table" role="region" aria-label={`${title}, as a table`} tabIndex={0}>
      <table className="table">
        <thead>
          <tr>
            <th scope="col">Time</th>
            {lines.map(({ label }) => (
              <th key={label} scope="col" className="number">
                {label}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {grid.starts
            .map((start, index) => ({ start, ...readoutOf(lines, grid, index, unit, resolutionSeconds) }))
            .reverse()
            .map(({ start, time, values }) => (
              <tr key={start}>
                <th scope="row">{time}</th>
                {values.map((value, line) => (
                  <td key={lines[line]?.label} className="number">
                    {value}
                  </td>
                ))}
              </tr>
            ))}
        </tbody>
      </table>
    </div>
  )
}
