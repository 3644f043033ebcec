import type { KeyValue } from '@millrace/connection'
import type { Instance, QueueStats, SystemMetrics } from '../answers.ts'
import type { Group } from '../series/catalogue.ts'
import type { Window } from '../series/window.ts'
import { judge } from './judge.ts'
import type { Judgement } from './judge.ts'
import { verdictFigures } from './verdict-figures.ts'
import { VerdictStore } from './verdict-store.ts'
import type { Verdict } from './verdict-store.ts'

const leaseKey = 'verdict-lease'
/** Two rounds and a half: a process that dies is followed within this, ms. */
const leaseMs = 25_000

/** What an answer shows of now, so that it is judged by the very same figures. */
export interface FiguresOfNow {
  readonly queueStats: readonly QueueStats[]
  readonly instances: readonly Instance[]
  readonly own: SystemMetrics | undefined
}

export interface JudgingParts {
  readonly keyValue: KeyValue
  readonly instance: string
  /** The last minutes of a group. */
  readonly recent: (group: Group) => Promise<Window>
  readonly figures: () => Promise<FiguresOfNow>
  readonly now: () => number
}

/** Judges for answers, and, in one process at a time, writes down since when things are as they are. */
export class Judging {
  readonly #parts: JudgingParts
  readonly #store: VerdictStore

  constructor(parts: JudgingParts) {
    this.#parts = parts
    this.#store = new VerdictStore(parts.keyValue)
  }

  /** As in `VerdictStore`. */
  get revision(): number {
    return this.#store.revision
  }

  async verdict(figures: FiguresOfNow): Promise<Verdict> {
    return this.#store.verdict(await this.#judge(figures), this.#parts.now())
  }

  /** Called again and again: judges and writes it down where no other process does, else hears what that one wrote. */
  async tick(): Promise<void> {
    const { keyValue, instance, figures, now } = this.#parts
    if (!(await keyValue.acquireLease(leaseKey, instance, leaseMs))) return this.#store.look()
    await this.#store.keep(await this.#judge(await figures()), now())
  }

  /** Lets another process go on at once. */
  async release(): Promise<void> {
    await this.#parts.keyValue.releaseLease(leaseKey, this.#parts.instance)
  }

  async #judge(figures: FiguresOfNow): Promise<Judgement> {
    const { recent, now } = this.#parts
    const [api, system, queues] = await Promise.all([recent('api'), recent('system'), recent('queues')])
    return judge(verdictFigures({ api, system, queues, ...figures, nowMs: now() }))
  }
}
