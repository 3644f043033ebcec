import type { EmbeddedConnection } from '@millrace/connection'
import { findings } from '../audit.ts'
import type { Auditor, AuditSlice, Finding, WordedFinding } from '../audit.ts'
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
    const found = answer.found.map(({ subject, detail }) => findingOf(phase, subject, detail, repair))
    if (answer.after !== null) return { findings: found, next: `${phase} ${answer.after}` }
    // As long as it cannot be read, nothing else can be said of it.
    if (phase === 'leases' && found.length > 0 && !repair) return { findings: found, next: null }
    const following = phases[phases.indexOf(phase) + 1]
    return { findings: found, next: following === undefined ? null : `${following} ` }
  }
}

function findingOf(phase: Phase, subject: string, detail: string, repair: boolean): Finding {
  const { kind, what, remedy } = wordedOf(phase, subject, detail)
  return { kind, subject, what, remedy, mended: repair && remedy !== null }
}

function wordedOf(phase: Phase, subject: string, detail: string): WordedFinding {
  switch (phase) {
    case 'integrity':
      return { kind: 'file-damaged', what: `SQLite says of the file: ${detail}`, remedy: null }
    case 'leases':
      return findings.claimsWithoutLease(subject, 'the queue cannot be read')
    case 'bodies':
      return findings.bodyWithoutPlace(subject)
    case 'rests':
      return findings.restWithoutBody(subject, detail)
    case 'keys':
      return findings.keyWithoutHolder(subject, detail)
    case 'ready':
    case 'scheduled':
    case 'suspects':
    case 'completed':
    case 'dead':
    case 'claims':
      return findings.placeWithoutBody(subject, phase)
  }
}
