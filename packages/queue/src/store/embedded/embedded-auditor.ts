import type { EmbeddedConnection } from '@millrace/connection'
import type { Auditor, AuditSlice, Finding, FindingKind } from '../audit.ts'
import { procedures } from './procedures.ts'

/** Claims without a lease come first: a queue that has some cannot be read. */
const phases = ['integrity', 'leases', 'ready', 'scheduled', 'suspects', 'completed', 'dead', 'claims', 'bodies', 'rests', 'keys'] as const

type Phase = (typeof phases)[number]

/** Looks through the rows of a queue in the embedded file, 250 a slice; the first slice checks the whole file, while all others wait. */
export class EmbeddedAuditor implements Auditor {
  readonly #connection: EmbeddedConnection
  readonly #name: string

  constructor(connection: EmbeddedConnection, queue: string) {
    this.#connection = connection
    this.#name = `${connection.prefix}${queue}`
  }

  async slice(cursor: string | null, repair: boolean): Promise<AuditSlice> {
    const space = cursor?.indexOf(' ') ?? -1
    const phase = (cursor === null ? phases[0] : cursor.slice(0, space)) as Phase
    const after = cursor === null ? '' : cursor.slice(space + 1)
    const answer = await this.#connection.run(procedures.audit, { queue: this.#name, phase, after, repair })
    const findings = answer.found.map(({ subject, detail }) => findingOf(phase, subject, detail, repair))
    if (answer.after !== null) return { findings, next: `${phase} ${answer.after}` }
    // As long as it cannot be read, nothing else can be said of it.
    if (phase === 'leases' && findings.length > 0 && !repair) return { findings, next: null }
    const following = phases[phases.indexOf(phase) + 1]
    return { findings, next: following === undefined ? null : `${following} ` }
  }
}

function findingOf(phase: Phase, subject: string, detail: string, repair: boolean): Finding {
  const of = (kind: FindingKind, what: string, remedy: string | null): Finding => ({
    kind,
    subject,
    what,
    remedy,
    mended: repair && remedy !== null,
  })
  switch (phase) {
    case 'integrity':
      return of('file-damaged', `SQLite says of the file: ${detail}`, null)
    case 'leases':
      return of(
        'claims-without-lease',
        `worker ${subject} holds messages and has no lease: the queue cannot be read`,
        'give it a lease that has ended, so that its messages are given back as those of any dead worker',
      )
    case 'bodies':
      return of(
        'body-without-place',
        `message ${subject} is stored and stands nowhere in its queue`,
        'put it among the dead, to be redriven or purged',
      )
    case 'rests':
      return of('rest-without-body', `${detail} of message ${subject}, which is gone`, 'delete them')
    case 'keys':
      return of('key-without-holder', `the dedupe key ${subject} is held by message ${detail}, which has ended`, 'free the key')
    case 'ready':
    case 'scheduled':
    case 'suspects':
    case 'completed':
    case 'dead':
    case 'claims':
      return of(
        'place-without-body',
        `message ${subject} stands in ${phase} and its record is gone: there is nothing to give to a handler`,
        'take it out and count it as removed',
      )
  }
}
