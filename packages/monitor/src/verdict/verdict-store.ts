import type { KeyValue } from '@millrace/connection'
import type { Status } from '../answers.ts'
import type { Finding, Judgement } from './judge.ts'
import { worse } from './judge-route.ts'

const stateKey = 'verdict'
/** A fleet that was away for longer begins anew, ms. */
const stateTtlMs = 60 * 60_000
const minuteMs = 60_000
const hourMs = 60 * minuteMs
const historyMinutes = 60
const historyTtlMs = 3 * hourMs

/** One thing that is not well. */
export interface Reason {
  readonly kind: 'queue' | 'route' | 'system' | 'redis' | 'instance'
  /** The queue, `METHOD /path`, the resource or the instance. */
  readonly subject: string
  readonly status: 'degraded' | 'failing'
  /** What against which limit: "oldest 4 min 12 s, limit 1 min". */
  readonly text: string
  /** ms since 1970; null when nobody has written it down yet. */
  readonly since: number | null
}

/** Whether anything is wrong, since when, where. */
export interface Verdict {
  readonly status: Status
  /** When this status began, ms since 1970; null when not known. */
  readonly since: number | null
  /** Worst first. */
  readonly reasons: readonly Reason[]
  /** Of queues whose messages are made up: no part of the status. */
  readonly aside: readonly Reason[]
  /** The last 60 minutes, oldest first, the running one included; the worst of each, `unknown` where nobody judged. */
  readonly history: readonly { readonly timestamp: number; readonly status: Status }[]
}

/** What is written down of a judgement: when its status and each of its reasons began. */
interface State {
  readonly revision: number
  readonly signature: string
  readonly status: Status
  readonly since: number
  readonly reasons: Readonly<Record<string, number>>
}

/**
 * Since when things are as they are, for all processes and over their restarts. One process at a time keeps it; who keeps it twice
 * changes nothing.
 */
export class VerdictStore {
  readonly #keyValue: KeyValue
  #revision = 0

  constructor(keyValue: KeyValue) {
    this.#keyValue = keyValue
  }

  /** Changes when a status or a reason comes or goes, as far as this process has heard. */
  get revision(): number {
    return this.#revision
  }

  /** Writes down what a judgement brings that is new, and the minute it was made in. */
  async keep(judgement: Judgement, nowMs: number): Promise<void> {
    const known = parse(await this.#keyValue.get(stateKey))
    const reasons = Object.fromEntries(
      all(judgement).map((finding) => [nameOf(finding), Math.min(nowMs, known?.reasons[nameOf(finding)] ?? nowMs)]),
    )
    const signature = signatureOf(judgement)
    const state: State = {
      revision: known?.signature === signature ? known.revision : (known?.revision ?? 0) + 1,
      signature,
      status: judgement.status,
      since: known?.status === judgement.status ? Math.min(nowMs, known.since) : nowMs,
      reasons,
    }
    this.#revision = state.revision
    const { key, field } = placeOf(nowMs)
    const before = statusOf(await this.#keyValue.getField(key, field))
    await Promise.all([
      this.#keyValue.set(stateKey, JSON.stringify(state), { ttlMs: stateTtlMs }),
      this.#keyValue.setField(key, field, worse(judgement.status, before), { ttlMs: historyTtlMs }),
    ])
  }

  /** A judgement with what is written down of its past. */
  async verdict({ status, findings, aside }: Judgement, nowMs: number): Promise<Verdict> {
    const starts = Array.from({ length: historyMinutes }, (_, index) => {
      return (Math.floor(nowMs / minuteMs) - (historyMinutes - 1 - index)) * minuteMs
    })
    const hours = [...new Set(starts.map((startMs) => placeOf(startMs).key))]
    const [text, ...fields] = await Promise.all([this.#keyValue.get(stateKey), ...hours.map((key) => this.#keyValue.fields(key))])
    const known = parse(text)
    this.#revision = known?.revision ?? 0
    const written = new Map(hours.map((key, index) => [key, fields[index]]))
    const last = starts.at(-1)
    const reasonOf = (finding: Finding): Reason => {
      const since = known?.reasons[nameOf(finding)]
      const { kind, subject, status: how, text: words } = finding
      return { kind, subject, status: how, text: words, since: since === undefined ? null : Math.min(nowMs, since) }
    }
    return {
      status,
      since: known === undefined ? null : known.status === status ? Math.min(nowMs, known.since) : nowMs,
      reasons: findings.map(reasonOf),
      aside: aside.map(reasonOf),
      history: starts.map((timestamp) => {
        const { key, field } = placeOf(timestamp)
        const before = statusOf(written.get(key)?.get(field))
        return { timestamp, status: timestamp === last ? worse(status, before) : before }
      }),
    }
  }

  /** Hears what others wrote down. */
  async look(): Promise<void> {
    this.#revision = parse(await this.#keyValue.get(stateKey))?.revision ?? 0
  }
}

function all({ findings, aside }: Judgement): readonly Finding[] {
  return [...findings, ...aside]
}

function nameOf({ kind, subject, rule }: Finding): string {
  return `${kind} ${rule} ${subject}`
}

/** Equal for judgements that name the same things, however far they are beyond their limits. */
function signatureOf(judgement: Judgement): string {
  return [
    judgement.status,
    ...all(judgement)
      .map((finding) => `${finding.status} ${nameOf(finding)}`)
      .sort(),
  ].join('\n')
}

function placeOf(atMs: number): { readonly key: string; readonly field: string } {
  return { key: `${stateKey}:${Math.floor(atMs / hourMs)}`, field: String(Math.floor((atMs % hourMs) / minuteMs)) }
}

const statuses: ReadonlySet<unknown> = new Set<Status>(['healthy', 'degraded', 'failing', 'unknown'])

function statusOf(text: unknown): Status {
  return statuses.has(text) ? (text as Status) : 'unknown'
}

/** What another version wrote, or is damaged, is nothing. */
function parse(text: string | undefined): State | undefined {
  try {
    const state = JSON.parse(text ?? 'null') as Partial<State> | null
    if (typeof state?.revision !== 'number' || typeof state.since !== 'number' || !statuses.has(state.status)) return undefined
    return typeof state.reasons === 'object' && state.reasons !== null ? (state as State) : undefined
  } catch {
    return undefined
  }
}
