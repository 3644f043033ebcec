import type { Reason, Summary } from '@millrace/contract'
import type { StatusName } from '@millrace/ui'

/** What stands behind a section's name in the rail. */
export interface SectionState {
  readonly status: StatusName | null
  readonly count: number | null
}

const kinds: Readonly<Record<string, readonly Reason['kind'][]>> = {
  '/queues': ['queue'],
  '/api': ['route'],
  '/system': ['system', 'instance'],
  '/redis': ['redis'],
}

/** The worst that the verdict says of a section, and how many things it has; unknown where what is known of it is past. */
export function sectionState(path: string, summary: Summary | undefined, isPast: boolean): SectionState {
  if (isPast) return { status: kinds[path] === undefined ? null : 'unknown', count: null }
  const reasons = summary?.verdict.reasons.filter(({ kind }) => kinds[path]?.includes(kind)) ?? []
  const status = reasons.some((reason) => reason.status === 'failing') ? 'fail' : reasons.length > 0 ? 'slow' : null
  return { status, count: path === '/queues' && summary !== undefined ? summary.queues.length : null }
}
