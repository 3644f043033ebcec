import type { RedisConnection } from '@millrace/connection'
import { findings } from '../audit.ts'
import type { Auditor, AuditSlice, Finding, WordedFinding } from '../audit.ts'
import { QueueKeys } from './keys.ts'
import { verbs } from './scripts.ts'

/** Lost leases first, so that what their workers hold has a place; counters last, when all else is mended. */
const phases = [
  'claims',
  ...['ready', 'scheduled'].flatMap((name) => [1, 2, 3, 4].map((level) => `${name}${level}`)),
  'suspects',
  'dead',
  'bodies',
  'state',
  'attempts',
  'values',
  'reports',
  'keyed',
  'graves',
  'owners',
  'counters',
] as const

/** Looks through the keys of a queue on Redis; see `lua/audit.lua` for what a slice costs. */
export class RedisAuditor implements Auditor {
  readonly #connection: RedisConnection
  readonly #keys: QueueKeys
  /** Workers without a lease: what they hold has a place nevertheless. */
  readonly #lost = new Set<string>()

  constructor(connection: RedisConnection, queue: string) {
    this.#connection = connection
    this.#keys = new QueueKeys(connection.prefix, queue)
  }

  async slice(cursor: string | null, repair: boolean): Promise<AuditSlice> {
    const [phase = phases[0], at = '0'] = cursor?.split(' ') ?? []
    const [next = '', ...flat] = await this.#look(phase, at, repair)
    const found: Finding[] = []
    if (phase === 'claims') for (let index = 0; index < flat.length; index += 2) this.#lost.add(flat[index] ?? '')
    for (let index = 0; index < flat.length; index += 2) {
      const subject = flat[index] ?? ''
      const { kind, what, remedy } = wordedOf(phase, subject, flat[index + 1] ?? '')
      found.push({ kind, subject, what, remedy, mended: repair })
    }
    if (next !== '') return { findings: found, next: `${phase} ${next}` }
    const following = phases[phases.indexOf(phase as (typeof phases)[number]) + 1]
    return { findings: found, next: following === undefined ? null : `${following} 0` }
  }

  /** Workers that are not declared are answered, to be declared in a second call. */
  async #look(phase: string, at: string, repair: boolean): Promise<string[]> {
    const pattern = this.#keys.claims('').replace(/[*?[\]\\]/g, '\\$&')
    let workers: readonly string[] = [...this.#lost]
    for (;;) {
      const keys = [...this.#keys.of(verbs.audit.keys), ...workers.map((worker) => this.#keys.claims(worker))]
      const answer = (await this.#connection.run(verbs.audit.script, keys, [phase, at, repair ? 1 : 0, pattern, ...workers])) as string[]
      if (answer[0] !== 'declare') return answer
      workers = [...new Set([...this.#lost, ...answer.slice(1)])]
    }
  }
}

function wordedOf(phase: string, subject: string, detail: string): WordedFinding {
  switch (phase) {
    case 'claims':
      return findings.claimsWithoutLease(subject, 'they would be active for ever')
    case 'bodies':
      return findings.bodyWithoutPlace(subject)
    case 'graves':
      return {
        kind: 'grave-without-dead',
        what: `a note about the death of message ${subject}, which is not dead`,
        remedy: 'delete the note',
      }
    case 'owners':
      return findings.keyWithoutHolder(subject, detail)
    case 'counters': {
      const [counted, really] = detail.split(' ')
      return { kind: 'counter-off', what: `${counted} messages are counted as ${subject}, and ${really} are`, remedy: 'count them anew' }
    }
    case 'state':
    case 'attempts':
    case 'values':
    case 'reports':
    case 'keyed':
      return findings.restWithoutBody(subject, phase)
    default:
      return findings.placeWithoutBody(subject, phase.replace(/\d$/, ''))
  }
}
