import { useNow } from '@millrace/ui'

/** How often a chart of old figures moves on, ms. */
const everyMs = 60_000

/** Up to when a chart reaches, ms since 1970: to now once its figures are old, else no further than they do. */
export function useUntil(isOld: boolean): number {
  const nowMs = useNow(everyMs)
  return isOld ? nowMs : 0
}
