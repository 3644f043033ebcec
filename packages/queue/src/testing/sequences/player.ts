import type {
  ClaimAnswer,
  ClaimCall,
  DedupeRule,
  EnqueueFrame,
  NewMessage,
  Result,
  Retention,
  Selection,
  Store,
  Turns,
} from '../../store/store.ts'
import { freshNonce, idOf, keepAll } from '../contract/test-worker.ts'
import type { CallPlan, MessagePlan, Operation, ResultPlan, SelectionPlan } from './operation.ts'

/** One call with all its arguments, to be made on every store alike; `advanceUs` moves time before it. */
export interface Step {
  readonly text: string
  readonly advanceUs: number
  readonly call: (store: Store) => Promise<unknown>
  /** Hears the answer, where later steps depend on it. */
  readonly heard?: (answer: unknown) => void
  /** The messages a claim gives were given before: their fences may be newer. */
  readonly replay: boolean
}

interface Claimed {
  readonly worker: string
  readonly id: string
  readonly nonce: string
}

interface PlayedWorker {
  id: string
  number: number
  readonly calls: ClaimCall[]
}

const leaseMs = 10_000
const retentions: readonly Retention[] = [
  keepAll,
  { completedCount: 2, completedAgeMs: 3450, deadCount: 2, deadAgeMs: 7450 },
  { completedCount: 0, completedAgeMs: 450, deadCount: 0, deadAgeMs: 450 },
]
const options = [undefined, { name: 'mail', maxRetries: 5 }, { retryDelay: 2, timeoutMs: 500, tags: ['a', 'ü"\\'] }]
const payloads = ['{"n":1}', '[2,"zwei €"]']

/** Turns the operations of one sequence into calls, remembering ids, numbers and nonces as a well-meaning and a faulty client would. */
export class Player {
  /** All ids that were ever sent. */
  readonly ids: string[] = []
  readonly #nowMs: () => number
  readonly #turns: Turns
  #frames: EnqueueFrame[] = []
  readonly #claims: Claimed[] = []
  /** Claims no result was sent for yet. */
  readonly #open = new Set<Claimed>()
  /** Messages that were given up or put off, as far as a client can know. */
  readonly #gone: string[] = []
  readonly #putOff: string[] = []
  readonly #workers = new Map<number, PlayedWorker>()
  readonly #producer = freshNonce()
  #made = 0
  #lowest = 1
  #frameNumber = 0
  #lastFrameMs = 0

  constructor(nowMs: () => number, turns: Turns) {
    this.#nowMs = nowMs
    this.#turns = turns
  }

  steps(operation: Operation): Iterable<Step> {
    switch (operation.do) {
      case 'enqueue':
        return [this.#enqueue(operation)]
      case 'enqueue again': {
        this.#forgetOldFrames()
        const frame = this.#frames.at(-1 - operation.back)
        return frame ? [step(`enqueue again ${frame.number}`, (store) => store.enqueue(frame))] : []
      }
      case 'claim':
        return [this.#claim(operation, operation)]
      case 'claim again': {
        const call = this.#worker(operation.worker).calls.at(-1)
        return call ? [{ ...this.#send(call, 'claim again'), replay: true }] : []
      }
      case 'claim late': {
        const last = this.#worker(operation.worker).calls.at(-1 - operation.lag)
        if (!last) return []
        return [{ ...this.#send(operation.nonce === 'same' ? last : { ...last, nonce: freshNonce() }, 'claim late'), replay: true }]
      }
      case 'settle': {
        const { limit: _limit, idle: _idle, turns: _turns, ...settle } = this.#call(operation, { limit: 0, idle: false })
        return [step(`settle ${text(settle)}`, (store) => store.settle(settle))]
      }
      case 'renew': {
        const { id } = this.#worker(operation.worker)
        return [step(`renew ${id}`, (store) => store.renew(id, leaseMs))]
      }
      case 'release': {
        const { id } = this.#worker(operation.worker)
        return [step(`release ${id}`, (store) => store.release(id))]
      }
      case 'rescue':
        return [step('rescue', (store) => store.rescue(leaseMs))]
      case 'crash':
        return this.#crashes(operation.worker, operation.limit, operation.times)
      case 'cancel': {
        const id = this.#id(operation.pick)
        return [step(`cancel ${id}`, (store) => store.cancel(id))]
      }
      case 'redrive': {
        const selection = this.#selection(operation.of, this.#gone)
        const delay = operation.delayMs > 0 ? { delayMs: operation.delayMs } : {}
        const redrive = (how: { delayMs?: number; payload?: string; undo?: boolean; skip?: number }) =>
          step(`redrive ${text(selection)} ${text(how)}`, (store) => store.redrive(selection, how))
        if (operation.undo === 'yes') return [redrive({ undo: true })]
        const first = redrive({ skip: operation.skip, ...delay, ...(operation.payload > 0 ? { payload: '{"fixed":true}' } : {}) })
        return operation.undo === 'at once' ? [first, redrive({ undo: true })] : [first]
      }
      case 'promote': {
        const selection = this.#selection(operation.of, this.#putOff)
        return [step(`promote ${text(selection)}`, (store) => store.promote(selection))]
      }
      case 'purge':
        return [step(`purge ${operation.state} ${operation.limit}`, (store) => store.purge(operation.state, operation.limit))]
      case 'pause':
        return [step('pause', (store) => store.pause())]
      case 'resume':
        return [step('resume', (store) => store.resume())]
      case 'trim': {
        const retention = retentions[operation.retention] ?? keepAll
        return [step(`trim ${text(retention)}`, (store) => store.trim(retention))]
      }
      case 'progress':
        return [this.#progress(operation)]
      case 'configure':
        return [step(`configure ${operation.text}`, (store) => store.configure(`{"version":${operation.text}}`))]
      case 'advance':
        return [{ ...step(`advance ${operation.us} µs`, async () => undefined), advanceUs: operation.us }]
      case 'nothing':
        return []
    }
  }

  #enqueue(operation: Extract<Operation, { do: 'enqueue' }>): Step {
    const messages = operation.messages.map((plan) => this.#message(plan))
    this.#forgetOldFrames()
    this.#frameNumber += 1
    this.#lastFrameMs = this.#nowMs()
    const frame: EnqueueFrame = {
      producer: this.#producer,
      number: this.#frameNumber,
      lowestUnanswered: this.#lowest,
      messages,
      maxLength: operation.maxLength,
      wakeNobody: operation.wakeNobody,
    }
    this.#frames.push(frame)
    if (!operation.keepOpen) this.#lowest = frame.number + 1
    for (const { id, delayMs } of messages) if (delayMs > 0) this.#putOff.push(id)
    for (const { id } of messages) if (!this.ids.includes(id)) this.ids.push(id)
    return step(`enqueue ${text(frame)}`, (store) => store.enqueue(frame))
  }

  /** Nobody repeats a frame after an hour: the store has forgotten it then, and would take its messages twice. */
  #forgetOldFrames(): void {
    if (this.#nowMs() - this.#lastFrameMs >= 3_600_000) this.#frames = []
  }

  #message(plan: MessagePlan): NewMessage {
    this.#made += 1
    const stolen = plan.explicit === 4 ? this.ids[this.ids.length >> 1] : undefined
    // Nobody learns a generated id before its frame is answered, and what is answered is not repeated: a refused one would come in twice.
    if (stolen !== undefined)
      this.#frames = this.#frames.filter(({ messages }) => messages.every(({ id, explicit }) => explicit || id !== stolen))
    const explicit = plan.explicit > 0 ? (stolen ?? `mine-${plan.explicit}`) : undefined
    return {
      id: explicit ?? idOf(this.#made.toString(36).padStart(3, '0')),
      explicit: explicit !== undefined,
      level: plan.level,
      delayMs: plan.delayMs,
      scheduledForMs: plan.scheduledInMs === 0 ? null : Math.floor(this.#nowMs()) + plan.scheduledInMs,
      options: options[plan.options],
      payload: payloads[plan.payload] ?? '0',
      ...(plan.key > 0 && explicit === undefined && { dedupe: ruleOf(plan) }),
    }
  }

  #claim(plan: CallPlan, how: { limit: number; idle: boolean }): Step {
    return this.#send(this.#call(plan, how))
  }

  #call(plan: CallPlan, how: { limit: number; idle: boolean }): ClaimCall {
    const worker = this.#worker(plan.worker)
    worker.number += 1
    const call: ClaimCall = {
      worker: worker.id,
      number: worker.number,
      nonce: freshNonce(),
      results: plan.results.flatMap((result) => this.#result(worker.id, result)),
      leaseMs,
      retention: retentions[plan.retention] ?? keepAll,
      limit: how.limit,
      idle: how.idle,
      turns: this.#turns,
    }
    worker.calls.push(call)
    return call
  }

  #send(call: ClaimCall, name = 'claim'): Step {
    return step(
      `${name} ${text({ ...call, turns: undefined })}`,
      (store) => store.claim(call),
      (answer) => {
        const { messages, leaseLost } = answer as ClaimAnswer
        for (const { id } of messages) {
          if (this.#claims.some((claim) => claim.id === id && claim.nonce === call.nonce)) continue
          const claim = { worker: call.worker, id, nonce: call.nonce }
          this.#claims.push(claim)
          this.#open.add(claim)
        }
        if (leaseLost) for (const [index, worker] of this.#workers) if (worker.id === call.worker) this.#workers.delete(index)
      },
    )
  }

  #result(worker: string, plan: ResultPlan): Result[] {
    const among = plan.of === 'any' ? this.#claims : this.#held(worker)
    const claim = among[plan.pick % Math.max(1, among.length)]
    if (!claim) return []
    if (plan.nonce === 'right') this.#open.delete(claim)
    if (plan.kind === 'dead') this.#gone.push(claim.id)
    if (plan.kind === 'failed') this.#putOff.push(claim.id)
    const to = { id: claim.id, nonce: plan.nonce === 'right' ? claim.nonce : freshNonce() }
    const attempt = JSON.stringify({
      attempt: plan.pick,
      worker,
      startedAtMs: 1,
      runMs: 2,
      error: { name: 'Error', message: `no luck ${plan.pick}` },
    })
    switch (plan.kind) {
      case 'done':
        return [{ ...to, kind: 'done', ...(plan.pick % 2 === 0 ? { value: `{"value":${plan.pick}}` } : {}) }]
      case 'failed':
        return [{ ...to, kind: 'failed', delayMs: plan.delayMs, attempt }]
      case 'dead':
        return [{ ...to, kind: 'dead', reason: `reason ${plan.pick}`, attempt, terms: ['name:mail', `tag:${plan.pick % 3}`] }]
      case 'released':
        return [{ ...to, kind: 'released' }]
    }
  }

  /** Made one by one, since each claim depends on what became of the one before. */
  *#crashes(index: number, limit: number, times: number): Iterable<Step> {
    for (let time = 0; time < times; time += 1) yield* this.#crash(index, limit)
  }

  /** The worker claims and dies, while the others renew in time. */
  #crash(index: number, limit: number): Step[] {
    const claim = this.#claim({ worker: index, results: [], retention: 0 }, { limit, idle: false })
    const others = [...this.#workers].filter(([other]) => other !== index).map(([, worker]) => worker.id)
    const died = this.#workers.get(index)?.id
    return [
      claim,
      { ...step('advance', async () => undefined), advanceUs: leaseMs * 1000 - 1 },
      ...others.map((id) => step(`renew ${id}`, (store) => store.renew(id, leaseMs))),
      {
        ...step(
          'rescue',
          (store) => store.rescue(leaseMs),
          () => {
            if (this.#workers.get(index)?.id === died) this.#workers.delete(index)
          },
        ),
        advanceUs: 1,
      },
    ]
  }

  #progress(operation: Extract<Operation, { do: 'progress' }>): Step {
    const { id: worker } = this.#worker(operation.worker)
    const among = operation.of === 'any' ? this.#claims : this.#held(worker)
    const claim = among[operation.pick % Math.max(1, among.length)] ?? { id: this.#id(operation.pick), nonce: freshNonce() }
    const report = {
      ...(operation.ratio >= 0 ? { ratio: operation.ratio } : {}),
      ...(operation.ratio > 0 ? { note: `note ${operation.pick}` } : {}),
      ...(operation.lines > 0 ? { lines: Array.from({ length: operation.lines }, (_, index) => `line ${operation.pick} ${index}`) } : {}),
    }
    return step(`progress ${worker} ${claim.id} ${text(report)}`, (store) => store.progress(worker, claim.id, claim.nonce, report))
  }

  #worker(index: number): PlayedWorker {
    const known = this.#workers.get(index)
    if (known) return known
    this.#made += 1
    const worker: PlayedWorker = { id: idOf(`w${index}x${this.#made}`), number: 0, calls: [] }
    this.#workers.set(index, worker)
    return worker
  }

  #id(pick: number): string {
    return this.ids[pick % Math.max(1, this.ids.length)] ?? 'nobody'
  }

  #held(worker: string): Claimed[] {
    return [...this.#open].filter((claim) => claim.worker === worker)
  }

  /** Every other pick is one of `likely`. */
  #selection(plan: SelectionPlan, likely: readonly string[]): Selection {
    if ('limit' in plan) return plan
    return { ids: plan.picks.map((pick) => (pick % 2 === 0 ? likely[pick % Math.max(1, likely.length)] : undefined) ?? this.#id(pick)) }
  }
}

function ruleOf({ key, until, replace }: MessagePlan): DedupeRule {
  return { key: `key-${key}`, until, windowMs: until === 'window' ? 4321 : 0, replace }
}

function step(description: string, call: Step['call'], heard?: Step['heard']): Step {
  return { text: description, advanceUs: 0, call, replay: false, ...(heard ? { heard } : {}) }
}

function text(value: unknown): string {
  return JSON.stringify(value)
}
