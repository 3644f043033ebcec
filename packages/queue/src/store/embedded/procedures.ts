import { defineProcedure } from '@millrace/connection'
import type { Procedure, ProcedureEffect } from '@millrace/connection'
import type {
  CancelOutcome,
  PurgeState,
  RedriveAnswer,
  ReleaseAnswer,
  RenewAnswer,
  RescueAnswer,
  Retention,
  Selection,
  SliceAnswer,
} from '../store.ts'
import type { AuditAnswer, AuditCall } from './procedures/audit.ts'
import type { ClaimProcedureAnswer, ClaimProcedureCall } from './procedures/claim.ts'
import type { EnqueueCall } from './procedures/enqueue.ts'
import type { InspectCall } from './procedures/inspect.ts'
import type { ListenCall } from './procedures/listen.ts'
import type { ProgressCall } from './procedures/progress.ts'
import type { RedriveCall } from './procedures/redrive.ts'
import type { RenewCall } from './procedures/renew.ts'

interface OfQueue {
  /** Name with the connection's prefix. */
  readonly queue: string
}

function verb<Call, Answer>(name: string, effect: ProcedureEffect = 'free'): Procedure<Call, Answer> {
  return defineProcedure<Call, Answer>(`queue-${name}`, new URL(`./procedures/${name}.js`, import.meta.url), { effect })
}

/** What runs in the store's thread, a module a verb. Only `enqueue` is refused while the disk has nothing but its last reserve. */
export const procedures = {
  enqueue: verb<EnqueueCall, string>('enqueue', 'grow'),
  claim: verb<ClaimProcedureCall, ClaimProcedureAnswer>('claim'),
  release: verb<OfQueue & { worker: string }, ReleaseAnswer>('release'),
  renew: verb<RenewCall, RenewAnswer>('renew'),
  rescue: verb<OfQueue & { leaseMs: number }, RescueAnswer>('rescue'),
  cancel: verb<OfQueue & { id: string }, CancelOutcome>('cancel'),
  redrive: verb<RedriveCall, RedriveAnswer>('redrive'),
  promote: verb<OfQueue & { selection: Selection }, SliceAnswer>('promote'),
  purge: verb<OfQueue & { state: PurgeState; limit: number }, SliceAnswer>('purge'),
  pause: verb<OfQueue, void>('pause'),
  resume: verb<OfQueue, void>('resume'),
  trim: verb<OfQueue & { retention: Retention }, SliceAnswer>('trim'),
  progress: verb<ProgressCall, 'done' | 'stale'>('progress'),
  configure: verb<OfQueue & { settings: string }, void>('configure'),
  inspect: verb<InspectCall, unknown>('inspect', 'read'),
  listen: verb<ListenCall, void>('listen'),
  audit: verb<AuditCall, AuditAnswer>('audit'),
}
