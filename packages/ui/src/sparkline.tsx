import { usePast } from './past.tsx'
import { sparkOf } from './sparkline.model.ts'
import type { Points } from './sparkline.model.ts'
import type { StatusName } from './status.model.ts'

interface SparklineProps {
  readonly points: Points
  readonly limit?: number | null
  /** Slow and fail colour the line; the word stands beside it. */
  readonly status?: StatusName
}

/** A line without axes, as wide as its place; the figure beside it says the value. */
export function Sparkline({ points, limit = null, status = 'ok' }: SparklineProps) {
  const { lines, areas, dots, limit: limitY } = sparkOf(points, limit)
  const isPast = usePast() !== null
  return (
    <span className="spark" data-status={isPast ? 'unknown' : status} aria-hidden="true">
      <svg viewBox="0 0 100 100" preserveAspectRatio="none">
        {areas.map((path) => (
          <path key={path} className="area" d={path} />
        ))}
        {limitY !== null && <path className="limit" d={`M0 ${limitY}H100`} vectorEffect="non-scaling-stroke" />}
        {lines.map((path) => (
          <path key={path} className="line" d={path} vectorEffect="non-scaling-stroke" />
        ))}
      </svg>
      {dots.map(({ x, y }) => (
        <span key={x} className="dot" style={{ left: `${x}%`, top: `${y}%` }} />
      ))}
    </span>
  )
}
