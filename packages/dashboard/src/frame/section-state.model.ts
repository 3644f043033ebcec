import type { Reason, Summary } from '@millrace/contract'
import type { StatusName } from '@millrace/ui'

/** What stands behind a section's name in the rail. */
export interface SectionState {
  readonly status: StatusName | null
  /** How many things it has, or of which kind it is. */
  readonly note: string | null
}

const kinds: Readonly<Record<string, readonly Reason['kind'][]>> = {
  '/queues': ['queue'],
  '/api': ['route'],
  '/system': ['system', 'instance'],
  '/redis': ['redis'],
}

/** The worst that the verdict says of a section, and how many things it has; unknown where what is known of it is past. */
export function sectionState(path: string, summary: Summary | undefined, isPast: boolean): SectionState {
  if (isPast) return { status: kinds[path] === undefined ? null : 'unknown', note: null }
  const reasons = summary?.verdict.reasons.filter(({ kind }) => kinds[path]?.includes(kind)) ?? []
  const status = reasons.some((reason) => reason.status === 'failing') ? 'fail' : reasons.length > 0 ? 'slow' : null
  return { status, note: noteOf(path, summary) }
}

/** A section keeps its name whichever store there is; what stands behind it says when that is a file. */
function noteOf(path: string, summary: Summary | undefined): string | null {
  if (path === '/queues') return summary === undefined ? null : String(summary.queues.length)
  return path === '/redis' && summary?.redis.kind === 'embedded' ? 'file' : null
}
