import { formatShare, unknown } from './format.model.ts'
import { usePast } from './past.tsx'
import { statusBy } from './status.model.ts'
import { StatusShape } from './status.tsx'

export interface MeterProps {
  readonly name: string
  /** 0…1, null where it cannot be read. */
  readonly usage: number | null
  /** Used of which limit, of which kind; or why nothing is known. */
  readonly of: string
  /** From which share on it warns and is critical, 0…1. */
  readonly limit?: { readonly warn: number; readonly critical: number } | undefined
}

/** Use of a limit, with a thin tick where it warns and a thick one where it is critical. */
export function Meter({ name, usage, of, limit }: MeterProps) {
  const value = usage === null ? null : Math.min(1, Math.max(0, usage))
  const past = usePast()
  const status = past === null ? statusBy(value, limit) : 'unknown'
  const isBad = status === 'slow' || status === 'fail'
  return (
    <div className="meter" data-status={status}>
      <span className="name">
        {name}
        {isBad && <StatusShape status={status} />}
      </span>
      {value === null ? (
        <span className="bed none" />
      ) : (
        <div
          className="bed"
          role="meter"
          aria-label={name}
          aria-valuemin={0}
          aria-valuemax={100}
          aria-valuenow={Math.round(value * 100)}
          aria-valuetext={`${formatShare(value)}, ${of}${isBad ? `, ${status === 'fail' ? 'critical' : 'warning'}` : ''}${past === null ? '' : `, ${past.age}`}`}
        >
          <div className="fill" style={{ width: `${value * 100}%` }} />
          {limit !== undefined && (
            <>
              <span className="tick" style={{ left: `${limit.warn * 100}%` }} />
              <span className="tick critical" style={{ left: `${limit.critical * 100}%` }} />
            </>
          )}
        </div>
      )}
      <span className="percent">{value === null ? unknown : formatShare(value)}</span>
      <span className="of">{of}</span>
    </div>
  )
}
