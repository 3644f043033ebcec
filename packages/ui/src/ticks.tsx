/** What the two ticks of a meter mean; the meter says it itself to who cannot see them. */
export function Ticks() {
  return (
    <span className="ticks" aria-hidden="true">
      <i /> warns <i className="critical" /> critical
    </span>
  )
}
