import { Button, Panel, Skeleton } from '@millrace/ui'
import { useState } from 'react'
import type { ComponentProps, ReactNode } from 'react'
import { Keys } from './keys.tsx'

interface ChartPanelProps {
  readonly title: string
  readonly note?: string | undefined
  readonly isLoading: boolean
  /** Why there is nothing to draw; undefined where there is. */
  readonly empty: string | undefined
  readonly keys: ComponentProps<typeof Keys>
  /** Beside the keys: what a colour means. */
  readonly scale?: ReactNode
  readonly plot: ReactNode
  /** The same as text. */
  readonly table: ReactNode
  readonly isTall?: boolean
}

const lowPx = 184
const tallPx = 252

/** A chart with its head: what is drawn, the keys with their values, and the same as a table. */
export function ChartPanel({ title, note, isLoading, empty, keys, scale, plot, table, isTall = false }: ChartPanelProps) {
  const [isTable, setTable] = useState(false)
  const isThere = !isLoading && empty === undefined
  return (
    <div className={scale === undefined ? 'chart' : 'chart cells'}>
      <Panel
        title={title}
        note={note}
        end={
          isThere && (
            <>
              {!isTable && <Keys {...keys} />}
              {!isTable && scale}
              <Button onClick={() => setTable(!isTable)}>
                <span className="visually-hidden">{title}: view as </span>
                {isTable ? 'Chart' : 'Table'}
              </Button>
            </>
          )
        }
      >
        <div className={isTall ? 'chart-body tall' : 'chart-body'}>
          {isLoading && <Skeleton width="100%" height={isTall ? tallPx : lowPx} />}
          {empty !== undefined && !isLoading && <p className="chart-empty">{empty}</p>}
          {isThere && (isTable ? table : plot)}
        </div>
      </Panel>
    </div>
  )
}
