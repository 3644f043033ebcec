import type { RedisConnection } from '@millrace/connection'
import type { Auditor, AuditSlice, Finding, FindingKind } from '../audit.ts'
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
    const findings: Finding[] = []
    if (phase === 'claims') for (let index = 0; index < flat.length; index += 2) this.#lost.add(flat[index] ?? '')
    for (let index = 0; index < flat.length; index += 2) findings.push(findingOf(phase, flat[index] ?? '', flat[index + 1] ?? '', repair))
    if (next !== '') return { findings, next: `${phase} ${next}` }
    const following = phases[phases.indexOf(phase as (typeof phases)[number]) + 1]
    return { findings, next: following === undefined ? null : `${following} 0` }
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

function findingOf(phase: string, subject: string, detail: string, mended: boolean): Finding {
  const of = (kind: FindingKind, what: string, remedy: string): Finding => ({ kind, subject, what, remedy, mended })
  switch (phase) {
    case 'claims':
      return of(
        'claims-without-lease',
        `worker ${subject} holds messages and has no lease: they would be active for ever`,
        'give it a lease that has ended, so that its messages are given back as those of any dead worker',
      )
    case 'bodies':
      return of(
        'body-without-place',
        `message ${subject} is stored and stands nowhere in its queue`,
        'put it among the dead, to be redriven or purged',
      )
    case 'graves':
      return of('grave-without-dead', `a note about the death of message ${subject}, which is not dead`, 'delete the note')
    case 'owners':
      return of('key-without-holder', `the dedupe key ${subject} is held by message ${detail}, which has ended`, 'free the key')
    case 'counters': {
      const [counted, really] = detail.split(' ')
      return of('counter-off', `${counted} messages are counted as ${subject}, and ${really} are`, 'count them anew')
    }
    case 'state':
    case 'attempts':
    case 'values':
    case 'reports':
    case 'keyed':
      return of('rest-without-body', `${phase} of message ${subject}, which is gone`, 'delete them')
    default:
      return of(
        'place-without-body',
        `message ${subject} stands in ${phase.replace(/\d$/, '')} and its record is gone: there is nothing to give to a handler`,
        'take it out and count it as removed',
      )
  }
}
