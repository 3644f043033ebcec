import type { ProcedureContext } from '@millrace/connection'
import { readDetail, writePart } from '../details.ts'
import { queueState } from '../queue-state.ts'
export { prepare } from '../schema.ts'

const maxLines = 100

export interface ProgressCall {
  readonly queue: string
  readonly worker: string
  readonly id: string
  readonly nonce: string
  readonly report: { readonly ratio?: number; readonly note?: string; readonly lines?: readonly string[] }
}

/** Keeps a report of the current claim. O(lines). */
export function run(context: ProcedureContext, call: ProgressCall): 'done' | 'stale' {
  const { id, report } = call
  const state = queueState(context, call.queue)
  const claim = state.leases.get(call.worker)?.claims.get(id)
  if (!claim || claim.nonce !== call.nonce) return 'stale'
  const kept = readDetail(context, claim.message, id)
  if (report.ratio !== undefined || report.note !== undefined) {
    writePart(context, claim.message, 'progress', { ratio: report.ratio ?? kept.progress?.ratio ?? 0, note: report.note ?? null })
  }
  if (report.lines && report.lines.length > 0) writePart(context, claim.message, 'log', [...kept.log, ...report.lines].slice(-maxLines))
  return 'done'
}
