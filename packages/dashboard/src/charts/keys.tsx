import type { Look } from './lines.model.ts'
import { looks } from './looks.ts'

interface KeysProps {
  readonly lines: readonly { readonly label: string; readonly look: Look }[]
  /** The point that the values are of. */
  readonly time: string
  /** A text a line. */
  readonly values: readonly string[]
}

/** Which line is which, and what each says under the crosshair, in one line. */
export function Keys({ lines, time, values }: KeysProps) {
  return (
    <div className="chart-keys" aria-hidden="true">
      {time !== '' && <span className="time">{time}</span>}
      {lines.map(({ label, look }, index) => (
        <span key={label} className="key">
          <LineSample look={look} />
          <span className="name">{label}</span> <b>{values[index]}</b>
        </span>
      ))}
    </div>
  )
}

function LineSample({ look }: { readonly look: Look }) {
  const { colour, width, dash } = looks[look]
  return (
    <svg width="15" height="8" viewBox="0 0 15 8">
      <path d="M0 4h15" stroke={`var(--${colour})`} strokeWidth={Math.max(1.6, width)} strokeDasharray={dash.join(' ')} />
    </svg>
  )
}
