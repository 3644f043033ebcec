import { unknown } from './format.model.ts'
import type { Quantity } from './format.model.ts'
import { usePast } from './past.tsx'
import { Skeleton } from './skeleton.tsx'
import { Sparkline } from './sparkline.tsx'
import type { Points } from './sparkline.model.ts'
import { Status } from './status.tsx'
import type { StatusWord } from './status.model.ts'

export interface FigureProps {
  readonly label: string
  /** Numbers with their units; null where the figure cannot be had. Undefined while it is read. */
  readonly value: readonly Quantity[] | null | undefined
  /** Shown only when it is not well. */
  readonly state?: StatusWord | null
  readonly points?: Points
  readonly limit?: number | null
  /** The comparison, or why there is no value. */
  readonly note?: string
}

/** One of the figures at the top: label, value, line, and what to hold it against. */
export function Figure({ label, value, state: stateNow = null, points, limit = null, note = '' }: FigureProps) {
  const past = usePast()
  const state = past === null ? stateNow : null
  return (
    <div className="figure" data-status={state?.status ?? 'ok'}>
      <dt className="label">
        {label}
        {state !== null && <Status {...state} />}
      </dt>
      <dd className="value">{value === undefined ? <Skeleton width={72} height={24} /> : <Value value={value} />}</dd>
      {points !== undefined && (
        <dd className="line">
          {value === undefined ? (
            <Skeleton width="100%" height={28} />
          ) : (
            <Sparkline points={points} limit={limit} status={state?.status ?? 'ok'} />
          )}
        </dd>
      )}
      <dd className="note">
        {value === undefined ? <Skeleton width="70%" height={10} /> : value !== null && past !== null ? past.age : note}
      </dd>
    </div>
  )
}

function Value({ value }: { readonly value: readonly Quantity[] | null }) {
  if (value === null) return unknown
  return value.map(({ value: number, unit }) => (
    <span key={unit}>
      {number}
      {unit !== '' && <span className="unit">{unit}</span>}{' '}
    </span>
  ))
}
