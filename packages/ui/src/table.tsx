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
  /** What stands behind a figure on a phone. @defaultValue the head in small letters */
  readonly phoneHead?: string
  /** Leaves first when the window is narrow. */
  readonly isTrend?: boolean
  /** Leaves when the window is narrower: another page tells it too. */
  readonly leavesBelow?: 1280 | 1024
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
  readonly sort?: { readonly by: string; readonly isDescending: boolean; readonly choose: (id: string) => void }
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
                  {columns.map(({ id, isNumber, phone, isTrend, leavesBelow }) => (
                    <td key={id} role="cell" className={classOf({ isNumber, isTrend, leavesBelow })} data-phone={phone}>
                      <Skeleton width={phone === 'name' ? 120 : 48} />
                    </td>
                  ))}
                </tr>
              ))
            : rows.map((row) => (
                <tr key={rowKey(row)} role="row">
                  {columns.map(({ id, head, cell, isNumber, phone, phoneHead, isTrend, leavesBelow, bad }) => (
                    <td
                      key={id}
                      role="cell"
                      className={classOf({ isNumber, isTrend, leavesBelow })}
                      data-phone={phone}
                      data-label={phoneHead ?? head.toLowerCase()}
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
  column: { id, head, isNumber, isTrend, leavesBelow, isSortable },
  sort,
}: {
  readonly column: Column<Row>
  readonly sort: TableProps<Row>['sort']
}) {
  const direction = sort?.by === id ? (sort.isDescending ? 'descending' : 'ascending') : undefined
  return (
    <th role="columnheader" scope="col" className={classOf({ isNumber, isTrend, leavesBelow })} aria-sort={direction}>
      {sort !== undefined && isSortable === true ? (
        <button type="button" className="sort" onClick={() => sort.choose(id)}>
          {head}
          <span aria-hidden="true">{direction === undefined ? '' : direction === 'descending' ? ' ↓' : ' ↑'}</span>
        </button>
      ) : (
        head
      )}
    </th>
  )
}

type Flags = { readonly isNumber: boolean | undefined; readonly isTrend: boolean | undefined; readonly leavesBelow: number | undefined }

const classOf = ({ isNumber, isTrend, leavesBelow }: Flags) =>
  [isNumber && 'number', isTrend && 'trend', leavesBelow !== undefined && `below-${leavesBelow}`].filter(Boolean).join(' ') || undefined
