import { useNow } from '@millrace/ui'
import type { Entry } from './entry.ts'
import { lapseOf } from './freshness.model.ts'
import type { Lapse } from './freshness.model.ts'
import { useFeed } from './use-feed.tsx'
import { usePageEntry } from './use-page-entry.ts'

/** Why what is shown cannot be taken as now; null while it can. A page that was not read yet is as the rest of them is. */
export function useLapse(): Lapse | null {
  const { state } = useFeed()
  const nowMs = useNow(5_000)
  const page = usePageEntry()
  const latest = [...state.entries.values()].toSorted((a, b) => triedAtMs(b) - triedAtMs(a))[0]
  return lapseOf(page ?? latest, state, nowMs)
}

const triedAtMs = ({ readAtMs, failure }: Entry) => Math.max(readAtMs, failure?.atMs ?? 0)
