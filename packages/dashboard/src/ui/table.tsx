import type { ReactNode } from 'react'
import { Skeleton } from './skeleton.tsx'

export interface Column<Row> {
  readonly id: string
  /** With the unit, where the cells have none: "Failures, %". */
  readonly head: string
  readonly cell: (row: Row) => ReactNode
  readonly isNumber?: boolean
  /** What it is on a phone, where a row has two lines: its state, its name, one of the figures of the second line, its trend. */
  readonly phone?: 'state' | 'name' | 'figure' | 'trend'
  /** Leaves first when the window is narrow. */
  readonly isTrend?: boolean
  /** Can be ordered by. */
  readonly isSortable?: boolean
  /** The status of a value that passed a limit. */
  readonly bad?: (row: Row) => 'slow' | 'fail' | undefined
}

interface TableProps<Row> {
  /** What it is, for who cannot see it. */
  readonly label: string
  readonly columns: readonly Column<Row>[]
  /** Undefined while they are read. */
  readonly rows: readonly Row[] | undefined
  readonly rowKey: (row: Row) => string
  /** How many rows a skeleton has. */
  readonly expected?: number
  /** The column it is ordered by; the order is the caller's. */
  readonly sort?: { readonly by: string; readonly choose: (id: string) => void }
}

/** Rows of 32 px; on a phone rows of two lines. The first column is the state, numbers stand right. */
export function Table<Row>({ label, columns, rows, rowKey, expected = 5, sort }: TableProps<Row>) {
  return (
    <div className="table-scroll">
      {/* The roles stay when a phone lays the rows out as lines. */}
      <table className="table" role="table" aria-label={label} aria-busy={rows === undefined}>
        <thead role="rowgroup">
          <tr role="row">
            {columns.map((column) => (
              <Head key={column.id} column={column} sort={sort} />
            ))}
          </tr>
        </thead>
        <tbody role="rowgroup">
          {rows === undefined
            ? Array.from({ length: expected }, (_, index) => (
                <tr key={index} role="row">
                  {columns.map(({ id, isNumber, phone, isTrend }) => (
                    <td key={id} role="cell" className={classOf({ isNumber, isTrend })} data-phone={phone}>
                      <Skeleton width={phone === 'name' ? 120 : 48} />
                    </td>
                  ))}
                </tr>
              ))
            : rows.map((row) => (
                <tr key={rowKey(row)} role="row">
                  {columns.map(({ id, head, cell, isNumber, phone, isTrend, bad }) => (
                    <td
                      key={id}
                      role="cell"
                      className={classOf({ isNumber, isTrend })}
                      data-phone={phone}
                      data-label={head}
                      data-bad={bad?.(row)}
                    >
                      {cell(row)}
                    </td>
                  ))}
                </tr>
              ))}
        </tbody>
      </table>
    </div>
  )
}

function Head<Row>({
  column: { id, head, isNumber, isTrend, isSortable },
  sort,
}: {
  readonly column: Column<Row>
  readonly sort: TableProps<Row>['sort']
}) {
  const isChosen = sort?.by === id
  return (
    <th
      role="columnheader"
      scope="col"
      className={classOf({ isNumber, isTrend })}
      {...(isChosen ? { 'aria-sort': 'descending' as const } : {})}
    >
      {sort !== undefined && isSortable === true ? (
        <button type="button" className="sort" onClick={() => sort.choose(id)}>
          {head}
          <span aria-hidden="true">{isChosen ? ' ↓' : ''}</span>
        </button>
      ) : (
        head
      )}
    </th>
  )
}

const classOf = ({ isNumber, isTrend }: { isNumber?: boolean | undefined; isTrend?: boolean | undefined }) =>
  [isNumber === true ? 'number' : '', isTrend === true ? 'trend' : ''].join(' ').trim() || undefined
