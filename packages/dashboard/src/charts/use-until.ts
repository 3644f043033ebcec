import { useNow, usePast } from '@millrace/ui'

/** How often a chart of past figures moves on, ms. */
const everyMs = 60_000

/** Up to when a chart reaches, ms since 1970: to now once its figures are past, else no further than they do. */
export function useUntil(): number {
  const isPast = usePast() !== null
  const nowMs = useNow(everyMs)
  return isPast ? nowMs : 0
}
