import type { ProcedureContext, SqlValue } from '@millrace/connection'
import { corruptRecord, parseStored } from './corrupt-record.ts'

/** What only grows: the totals of `stats()`, and by level how many messages were given out. */
export interface Totals {
  enqueued: number
  completed: number
  retried: number
  dead: number
  removed: number
  stale: number
  crashed: number
  readonly claimed: number[]
}

/** What of a queue is one value each; kept as one JSON text. Arrays go by level, urgent first. */
export interface Figures {
  paused: boolean
  /** The last score given to a message that was due at once. */
  readonly lastScores: number[]
  /** The next turn of the shares. */
  position: number
  lastFence: number
  /** The number of the last completion. */
  finished: number
  /** No waiting payload is longer; counted in UTF-16 units, and forgotten only while the queue is empty. */
  longest: number
  /** The worker that runs suspects. */
  aloneWorker: string | null
  /** Who wakes up for the next due message, and when (µs). */
  timer: { readonly worker: string; readonly atUs: number } | null
  readonly totals: Totals
  /** The totals before the first call of a slot of 10 s: `[slot, totals]`, ascending, at most seven. */
  marks: (readonly [slot: number, totals: Totals])[]
  readonly counts: {
    readonly ready: number[]
    readonly scheduled: number[]
    readonly suspects: number[]
    completed: number
    dead: number
    explicit: number
    /** Messages that have a dedupe key. */
    keyed: number
  }
}

export interface Claim {
  /** The message's number. */
  readonly message: number
  readonly nonce: string
  readonly level: number
  readonly alone: boolean
  readonly fence: number
  /** It failed or crashed before. */
  readonly tried: boolean
}

export interface Lease {
  deadlineUs: number
  number: number
  nonce: string
  /** Of the call `number`, a letter a result (see settle.ts); empty when all were done. */
  outcomes: string
  idleSinceUs: number | null
  /** What the worker holds, by id. */
  readonly claims: Map<string, Claim>
  /** The deadline as the file has it, which may be an earlier one (see renew.ts). */
  storedDeadlineUs: number
}

export interface Producer {
  /** Frames below it are forgotten. */
  lowest: number
  seenAtUs: number
  /** Frame → statuses, a letter a message (see enqueue.ts). */
  answers: Record<string, string>
}

/** A queue as the store's thread remembers it between calls. It holds what the file holds once the group is committed. */
export interface QueueState {
  readonly name: string
  /** In the keys of all rows; 0 while the file has no such queue. */
  number: number
  settings: string | null
  readonly figures: Figures
  readonly leases: Map<string, Lease>
  /** Those that were asked for lately. */
  readonly producers: Map<string, Producer>
  /** The earliest due time (µs), null when nothing is scheduled; undefined: look it up. */
  nextDueUs: number | null | undefined
  /** How many scheduled ones of each level are due at a time when somebody asked, kept up to date since. */
  overdue: { untilUs: number; readonly counts: number[] } | undefined
  /** Workers whose lease this thread itself renewed since their last rescue was looked at. */
  readonly renewing: Set<string>
  readonly changed: { self: boolean; readonly leases: Set<string>; readonly producers: Set<string> }
}

const maxProducersRemembered = 1_000

/** Queues that were read since a file was opened. */
const readOf = new WeakMap<ProcedureContext['database'], Set<string>>()

/** The state of a queue, read from the file unless it is remembered. O(workers + active) the first time. */
export function queueState(context: ProcedureContext, name: string): QueueState {
  const key = `queue/${name}`
  const known = context.memory.get(key) as QueueState | undefined
  if (known) return known
  const read = readState(context, name)
  context.memory.set(key, read)
  return read
}

function readState({ database }: ProcedureContext, name: string): QueueState {
  const row = database.prepare('SELECT number, settings, figures FROM queue WHERE name = ?').get(name)
  const state: QueueState = {
    name,
    number: row ? Number(row['number']) : 0,
    settings: row && row['settings'] !== null ? parseStored<string>(row['settings'], `The settings of queue ${name}`) : null,
    figures: row ? checkedFigures(row['figures'], name) : emptyFigures(),
    leases: new Map(),
    producers: new Map(),
    nextDueUs: undefined,
    overdue: undefined,
    renewing: new Set(),
    changed: { self: false, leases: new Set(), producers: new Set() },
  }
  const isFirst = isFirstReading(database, name)
  if (!row) return state
  for (const lease of database.prepare('SELECT * FROM queue_worker WHERE queue = ?').all(state.number)) {
    state.leases.set(String(lease['worker']), {
      // A file has one process at a time: whoever is in it when it is opened is gone.
      deadlineUs: isFirst ? 0 : Number(lease['deadline_us']),
      number: Number(lease['number']),
      nonce: String(lease['nonce']),
      outcomes: String(lease['outcomes']),
      idleSinceUs: lease['idle_since_us'] === null ? null : Number(lease['idle_since_us']),
      claims: new Map(),
      storedDeadlineUs: Number(lease['deadline_us']),
    })
  }
  const claims = database.prepare(
    `SELECT c.worker, c.id, c.message, c.nonce, c.level, c.alone, c.fence, coalesce(m.retries + m.crashes, 1) AS tries
     FROM queue_claim c LEFT JOIN queue_message m ON m.number = c.message WHERE c.queue = ?`,
  )
  for (const claim of claims.all(state.number)) {
    const lease = state.leases.get(String(claim['worker']))
    if (!lease) throw corruptRecord(`The claim of message ${String(claim['id'])} in queue ${name}`)
    lease.claims.set(String(claim['id']), {
      message: Number(claim['message']),
      nonce: String(claim['nonce']),
      level: Number(claim['level']),
      alone: claim['alone'] === 1,
      fence: Number(claim['fence']),
      tried: Number(claim['tries']) > 0,
    })
  }
  return state
}

/** Later readings follow a call that failed, and find workers that live. */
function isFirstReading(database: ProcedureContext['database'], name: string): boolean {
  const read = readOf.get(database) ?? new Set()
  const isFirst = !read.has(name)
  readOf.set(database, read.add(name))
  return isFirst
}

function emptyFigures(): Figures {
  const none = () => [0, 0, 0, 0]
  return {
    paused: false,
    lastScores: none(),
    position: 0,
    lastFence: 0,
    finished: 0,
    longest: 0,
    aloneWorker: null,
    timer: null,
    totals: { enqueued: 0, completed: 0, retried: 0, dead: 0, removed: 0, stale: 0, crashed: 0, claimed: none() },
    marks: [],
    counts: { ready: none(), scheduled: none(), suspects: none(), completed: 0, dead: 0, explicit: 0, keyed: 0 },
  }
}

function checkedFigures(text: SqlValue | undefined, name: string): Figures {
  const what = `The figures of queue ${name}`
  const figures = parseStored<Figures | null>(text, what)
  const arrays = [
    figures?.lastScores,
    figures?.totals?.claimed,
    figures?.counts?.ready,
    figures?.counts?.scheduled,
    figures?.counts?.suspects,
  ]
  if (!figures || arrays.some((array) => !Array.isArray(array) || array.length !== 4)) throw corruptRecord(what)
  return { ...figures, counts: { ...emptyFigures().counts, ...figures.counts } }
}

/** Makes the queue exist, and has its settings and figures written with the group. */
export function touch(context: ProcedureContext, state: QueueState): void {
  if (state.number === 0) {
    const row = context.database
      .prepare('INSERT INTO queue (name, settings, figures) VALUES (?, NULL, ?) RETURNING number')
      .get(state.name, JSON.stringify(state.figures))
    state.number = Number(row?.['number'])
  }
  if (!state.changed.self) {
    state.changed.self = true
    flushLater(context, state)
  }
}

/** Has a lease written with the group, or its row removed if it is gone. */
export function touchLease(context: ProcedureContext, state: QueueState, worker: string): void {
  if (state.changed.leases.size === 0) flushLater(context, state)
  state.changed.leases.add(worker)
}

/** The producer as it is known; one that was silent for longer than `silentUs` is not. */
export function findProducer(context: ProcedureContext, state: QueueState, name: string, silentUs: number): Producer | undefined {
  let known = state.producers.get(name)
  if (!known && state.number !== 0) {
    const row = context.database
      .prepare('SELECT lowest, seen_at_us, answers FROM queue_producer WHERE queue = ? AND producer = ?')
      .get(state.number, name)
    if (row) {
      const answers = parseStored<Record<string, string>>(row['answers'], `Producer ${name} of queue ${state.name}`)
      known = { lowest: Number(row['lowest']), seenAtUs: Number(row['seen_at_us']), answers }
      state.producers.set(name, known)
    }
  }
  return known && known.seenAtUs >= context.nowUs() - silentUs ? known : undefined
}

/** Remembers a producer and has it written with the group. */
export function touchProducer(context: ProcedureContext, state: QueueState, name: string, producer: Producer): void {
  if (state.changed.producers.size === 0) flushLater(context, state)
  state.producers.set(name, producer)
  state.changed.producers.add(name)
}

function flushLater(context: ProcedureContext, state: QueueState): void {
  context.beforeCommit(`queue/${state.name}`, () => flush(context, state))
}

function flush({ database }: ProcedureContext, state: QueueState): void {
  const { changed, number } = state
  if (changed.self) {
    database
      .prepare('UPDATE queue SET settings = ?, figures = ? WHERE number = ?')
      .run(state.settings === null ? null : JSON.stringify(state.settings), JSON.stringify(state.figures), number)
  }
  for (const worker of changed.leases) {
    const lease = state.leases.get(worker)
    if (!lease) database.prepare('DELETE FROM queue_worker WHERE queue = ? AND worker = ?').run(number, worker)
    else {
      lease.storedDeadlineUs = lease.deadlineUs
      database
        .prepare(
          'INSERT OR REPLACE INTO queue_worker (queue, worker, deadline_us, number, nonce, outcomes, idle_since_us) VALUES (?, ?, ?, ?, ?, ?, ?)',
        )
        .run(number, worker, lease.deadlineUs, lease.number, lease.nonce, lease.outcomes, lease.idleSinceUs)
    }
  }
  for (const name of changed.producers) {
    const producer = state.producers.get(name)
    if (!producer) continue
    database
      .prepare('INSERT OR REPLACE INTO queue_producer (queue, producer, lowest, seen_at_us, answers) VALUES (?, ?, ?, ?, ?)')
      .run(number, name, producer.lowest, producer.seenAtUs, JSON.stringify(producer.answers))
  }
  changed.self = false
  changed.leases.clear()
  changed.producers.clear()
  if (state.producers.size > maxProducersRemembered) state.producers.clear()
}

/** A score of its own at the end of a level. */
export function nextScore(figures: Figures, level: number, nowUs: number): number {
  const score = Math.max(nowUs, (figures.lastScores[level] ?? 0) + 1)
  figures.lastScores[level] = score
  return score
}

/** Keeps the totals as they are before the first call of a slot of 10 s; called by `enqueue`, `claim` and `rescue` before they count. */
export function remark(figures: Figures, nowUs: number): void {
  const slot = Math.floor(nowUs / 10_000_000)
  if (figures.marks.at(-1)?.[0] === slot) return
  if (!figures.marks.some(([marked]) => marked === slot)) {
    figures.marks.push([slot, { ...figures.totals, claimed: [...figures.totals.claimed] }])
    figures.marks.sort((a, b) => a[0] - b[0])
  }
  figures.marks = figures.marks.filter(([marked]) => marked >= slot - 6).slice(-7)
}

/** Forgets a worker that holds nothing: its lease, its registration, and that suspects run alone in it. */
export function forgetWorker(context: ProcedureContext, state: QueueState, worker: string): void {
  state.leases.delete(worker)
  state.renewing.delete(worker)
  touchLease(context, state, worker)
  if (state.figures.aloneWorker === worker) state.figures.aloneWorker = null
}

export function sum(byLevel: readonly number[]): number {
  return byLevel.reduce((total, count) => total + count, 0)
}
