/** How long ago in one unit, for the end of a row: `now`, `12 min`, `1 h`, `6 d`; from 30 days on the date. */
export function shortAge(atMs: number, nowMs: number): string {
  const minutes = Math.floor((nowMs - atMs) / 60_000)
  if (minutes < 1) return 'now'
  if (minutes < 60) return `${minutes} min`
  if (minutes < 1_440) return `${Math.floor(minutes / 60)} h`
  const days = Math.floor(minutes / 1_440)
  if (days < 30) return `${days} d`
  const at = new Date(atMs)
  const isThisYear = at.getFullYear() === new Date(nowMs).getFullYear()
  return at.toLocaleDateString('en-GB', { day: 'numeric', month: 'short', ...(isThisYear ? {} : { year: 'numeric' }) })
}

/** The same in a sentence: `now`, `12 min ago`, `3 Mar`. */
export function ago(atMs: number, nowMs: number): string {
  const age = shortAge(atMs, nowMs)
  return /^\d+ (?:min|h|d)$/.test(age) ? `${age} ago` : age
}
