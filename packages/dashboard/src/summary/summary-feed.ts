import type { Summary } from '@millrace/contract'
import { keyOf, ReadFailure, unreachable } from './entry.ts'
import type { Entry, Read, Told, Wanted, Watch } from './entry.ts'
import { LiveStreams } from './live-streams.ts'
import { mayAsk, paceOf, usualIntervalMs } from './refresh-policy.model.ts'
import type { Budget, Pace } from './refresh-policy.model.ts'
import { noStreak, streakAfter } from './streak.model.ts'
import type { Streak } from './streak.model.ts'
import type { TabMessage, Tabs } from './tabs.ts'

/** What a page sees of the feed; a new object whenever something changed. */
export interface FeedState extends Pace {
  readonly entries: ReadonlyMap<string, Entry>
  readonly isPaused: boolean
  readonly isReading: boolean
  /** Figures come by a stream, each 2 to 5 s. */
  readonly isLive: boolean
  /** Why they do so no longer, as the end of a sentence; null where the reader ended it, or never began. */
  readonly liveEnd: string | null
  readonly budget: Budget | null
  readonly streak: Streak
}

interface FeedOptions {
  readonly read: Read
  readonly watch: Watch
  readonly tabs: Tabs
  /** Whether the tab is in sight, and a way to hear when that changes. */
  readonly sight: { isSeen(): boolean; listen(change: () => void): () => void }
  readonly jitterMs?: number
}

/** What was read within this time is shown again without a request: a reader who switches ranges to and fro costs one request each. */
const keptMs = 60_000
/** A tab that did not say for so long what it shows is closed or hidden. */
const forgottenMs = 50_000
const remindMs = 20_000
/** Streams at once: a browser has six connections to a server that speaks HTTP/1.1, and a user five streams. The rest is read. */
const mostStreams = 2
const unread: Entry = { summary: undefined, readAtMs: 0, etag: undefined, failure: null }

/**
 * Reads summaries for all tabs of a browser: one tab in sight leads, reads what any of them shows in the collector's rhythm, or follows it by
 * a stream where the reader chose so, and tells the others. Nothing is read while no tab is in sight or the reader paused; the server's limit
 * is kept by pace and never met.
 */
export class SummaryFeed {
  readonly #options: FeedOptions
  readonly #listeners = new Set<() => void>()
  /** What this tab shows, by key, with how many parts of it ask. */
  readonly #shown = new Map<string, { readonly wanted: Wanted; count: number }>()
  /** What any tab shows, as the leader knows it. */
  readonly #wanted = new Map<string, { readonly wanted: Wanted; readonly saidAtMs: number }>()
  readonly #reading = new Set<string>()
  #entries: ReadonlyMap<string, Entry> = new Map()
  #budget: Budget | null = null
  #waitUntilMs = 0
  #lastAskedMs = 0
  #reads = 1
  #streak = noStreak
  readonly #live: LiveStreams
  #isLive = false
  #liveEnd: string | null = null
  #isPaused = false
  #isReadingElsewhere = false
  #isLeading = false
  #resign: (() => void) | undefined
  #timer: ReturnType<typeof setTimeout> | undefined
  #state: FeedState

  constructor(options: FeedOptions) {
    this.#options = options
    this.#live = new LiveStreams({
      watch: options.watch,
      onTold: (key, told) => this.#take(key, told),
      onBudget: (budget) => this.#learn(budget),
      onBroken: (why) => this.#endLive(why),
    })
    this.#state = this.#stateNow()
  }

  /** Begins; the answered function ends it. */
  start(): () => void {
    const deaf = this.#options.tabs.listen((message) => this.#hear(message))
    const blind = this.#options.sight.listen(() => this.#decide())
    const reminder = setInterval(() => (this.#isLeading ? this.#polled() : this.#remind()), remindMs)
    this.#decide()
    return () => {
      deaf()
      blind()
      clearInterval(reminder)
      clearTimeout(this.#timer)
      this.#stopLeading()
    }
  }

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  readonly state = (): FeedState => this.#state

  /** This tab shows `wanted` until the answered function is called; it is read now unless it was a moment ago. */
  want(wanted: Wanted): () => void {
    const key = keyOf(wanted)
    const shown = this.#shown.get(key) ?? { wanted, count: 0 }
    shown.count += 1
    this.#shown.set(key, shown)
    if (this.#options.sight.isSeen()) this.#ask(wanted, false)
    this.#change()
    return () => {
      shown.count -= 1
      if (shown.count === 0) {
        this.#shown.delete(key)
        this.#wanted.delete(key)
        this.#follow()
      }
    }
  }

  /** The summary that the page is about: the first that a part of it asked for. */
  shown(): Wanted | undefined {
    return this.#shown.values().next().value?.wanted
  }

  /** Reads what this tab shows anew, also while paused. */
  refresh(): void {
    for (const { wanted } of this.#shown.values()) this.#ask(wanted, true)
  }

  /** Shows at once what an action is known to have changed; the next read has it anyway. */
  amend(change: (summary: Summary) => Summary): void {
    for (const [key, entry] of this.#entries) {
      if (entry.summary !== undefined) this.#keepAndTell(key, { ...entry, summary: change(entry.summary) })
    }
  }

  setPaused(isPaused: boolean): void {
    this.#isPaused = isPaused
    this.#decide()
    this.#change()
  }

  /** Follows what the tabs of this browser show by a stream, which is charged once, or reads it as ever. */
  setLive(isLive: boolean): void {
    this.#options.tabs.tell({ kind: 'live', isLive })
    this.#chooseLive(isLive)
  }

  #chooseLive(isLive: boolean): void {
    this.#isLive = isLive
    this.#liveEnd = null
    this.#follow()
    this.#plan()
    this.#change()
  }

  #endLive(why: string): void {
    this.#isLive = false
    this.#liveEnd = why
    // Whoever follows is not left waiting for the next half minute.
    if (this.#isLeading) void this.#round()
    this.#change()
  }

  /** Whether the limit allows one request more now. */
  mayAsk(): boolean {
    return mayAsk(this.#budget, this.#waitUntilMs, Date.now())
  }

  /** A tab that is in sight and not paused stands for reading; another one steps back. */
  #decide(): void {
    const isActive = this.#options.sight.isSeen() && !this.#isPaused
    if (!isActive) return this.#stopLeading()
    if (this.#resign === undefined) this.#resign = this.#options.tabs.campaign(() => this.#lead())
    this.#remind()
  }

  #lead(): void {
    this.#isLeading = true
    this.#options.tabs.tell({ kind: 'who' })
    for (const { wanted } of this.#shown.values()) this.#ask(wanted, false)
    this.#plan()
  }

  #stopLeading(): void {
    this.#isLeading = false
    clearTimeout(this.#timer)
    this.#resign?.()
    this.#resign = undefined
    this.#wanted.clear()
    this.#follow()
  }

  /** Opens and closes streams as they are wanted now; each opening counts as one request. */
  #follow(): void {
    const wanted = this.#isLeading && this.#isLive ? [...this.#wanted].slice(0, mostStreams) : []
    const isNew = wanted.filter(([key]) => !this.#live.has(key)).length
    if (isNew > 0 && !this.mayAsk()) {
      this.#live.follow(new Map())
      return this.#endLive('the limit of requests is used up')
    }
    if (this.#budget !== null) this.#budget = { ...this.#budget, remaining: this.#budget.remaining - isNew }
    this.#live.follow(new Map(wanted.map(([key, one]) => [key, one.wanted])))
  }

  #take(key: string, { summary, failure }: Told): void {
    const before = this.#entries.get(key) ?? unread
    const readAtMs = Date.now()
    this.#keepAndTell(key, summary === undefined ? { ...before, failure } : { summary, etag: undefined, readAtMs, failure: null })
    this.#judge()
  }

  /** Counts rounds that failed in a row: what fails soon is asked again soon. */
  #judge(): void {
    const entries = [...this.#wanted.keys()].flatMap((key) => this.#entries.get(key) ?? [])
    // What was not asked yet, because the server said to wait, ends no streak.
    if (entries.length > 0) {
      this.#streak = streakAfter(
        this.#streak,
        entries.flatMap(({ failure }) => failure ?? []),
      )
    }
    this.#change()
  }

  /** Tells the leader what this tab shows. */
  #remind(): void {
    if (this.#isLeading || !this.#options.sight.isSeen() || this.#isPaused) return
    for (const { wanted } of this.#shown.values()) this.#options.tabs.tell({ kind: 'shows', wanted })
  }

  #ask(wanted: Wanted, isFresh: boolean): void {
    if (!this.#isLeading && !this.#isPaused) this.#options.tabs.tell({ kind: 'want', wanted, isFresh })
    else void this.#grant(wanted, isFresh)
  }

  #hear(message: TabMessage): void {
    if (message.kind === 'want' && this.#isLeading) void this.#grant(message.wanted, message.isFresh)
    if (message.kind === 'shows' && this.#isLeading) this.#note(message.wanted)
    if (message.kind === 'who') this.#remind()
    if (message.kind === 'entry') this.#keep(message.key, message.entry)
    if (message.kind === 'state') {
      this.#budget = message.budget
      this.#waitUntilMs = message.waitUntilMs
      this.#lastAskedMs = message.lastAskedMs
      this.#reads = message.reads
      this.#streak = message.streak
      this.#isReadingElsewhere = message.isReading
      this.#isLive = message.isLive
      this.#liveEnd = message.liveEnd
      this.#change()
    }
    if (message.kind === 'live') this.#chooseLive(message.isLive)
  }

  /** What another tab still shows is read in the rhythm; at once only where it never was, or a slow pace would be none. */
  #note(wanted: Wanted): void {
    const key = keyOf(wanted)
    if (this.#entries.has(key)) this.#wanted.set(key, { wanted, saidAtMs: Date.now() })
    else void this.#grant(wanted, false)
  }

  /** Reads at once what was not read a moment ago; else tells it again. */
  async #grant(wanted: Wanted, isFresh: boolean): Promise<void> {
    const key = keyOf(wanted)
    this.#wanted.set(key, { wanted, saidAtMs: Date.now() })
    const entry = this.#entries.get(key)
    this.#follow()
    const isRecent = entry !== undefined && entry.failure === null && Date.now() - entry.readAtMs < keptMs
    if (isRecent && !isFresh) return this.#options.tabs.tell({ kind: 'entry', key, entry })
    if (this.#live.has(key) && !isFresh) return
    await this.#read(key, wanted, isFresh)
    this.#judge()
    this.#plan()
  }

  async #read(key: string, wanted: Wanted, isFresh: boolean): Promise<void> {
    if (this.#reading.has(key) || !this.mayAsk()) return this.#change()
    const before = this.#entries.get(key) ?? unread
    this.#reading.add(key)
    this.#lastAskedMs = Date.now()
    // Counted before the answer, so that several reads at once do not spend what is there for one.
    if (this.#budget !== null) this.#budget = { ...this.#budget, remaining: this.#budget.remaining - 1 }
    this.#change()
    try {
      const { summary, etag, budget } = await this.#options.read(wanted, { etag: isFresh ? undefined : before.etag, isFresh })
      this.#learn(budget)
      const entry =
        summary === undefined ? { ...before, readAtMs: Date.now(), failure: null } : { summary, etag, readAtMs: Date.now(), failure: null }
      this.#keepAndTell(key, entry)
    } catch (error) {
      if (!(error instanceof ReadFailure)) throw error
      if (error.failure.code === unreachable) this.#giveBack()
      this.#learn(error.budget)
      this.#waitUntilMs = Math.max(this.#waitUntilMs, error.failure.retryAtMs)
      this.#keepAndTell(key, { ...before, failure: error.failure })
    } finally {
      this.#reading.delete(key)
      this.#change()
    }
  }

  /** What reached nobody was not counted. */
  #giveBack(): void {
    if (this.#budget !== null) this.#budget = { ...this.#budget, remaining: this.#budget.remaining + 1 }
  }

  /** Answers may overtake each other: within one window of the limit the lowest number is the latest. */
  #learn(budget: Budget | null): void {
    if (budget === null) return
    const isSameWindow = this.#budget !== null && Math.abs(this.#budget.resetAtMs - budget.resetAtMs) < 5_000
    this.#budget =
      isSameWindow && this.#reading.size > 1 ? { ...budget, remaining: Math.min(budget.remaining, this.#budget?.remaining ?? 0) } : budget
  }

  /** Arms the one timer of the leader. */
  #plan(): void {
    clearTimeout(this.#timer)
    if (!this.#isLeading) return
    const polled = this.#polled()
    this.#reads = Math.max(1, polled.length)
    this.#change()
    if (polled.length > 0) this.#timer = setTimeout(() => void this.#round(), Math.max(0, this.#state.nextAtMs - Date.now()))
  }

  async #round(): Promise<void> {
    await Promise.all(this.#polled().map(({ wanted }) => this.#read(keyOf(wanted), wanted, false)))
    this.#judge()
    this.#plan()
  }

  #polled(): { wanted: Wanted }[] {
    const nowMs = Date.now()
    for (const { wanted } of this.#shown.values()) this.#wanted.set(keyOf(wanted), { wanted, saidAtMs: nowMs })
    for (const [key, { saidAtMs }] of this.#wanted) if (nowMs - saidAtMs > forgottenMs) this.#wanted.delete(key)
    this.#follow()
    return [...this.#wanted].flatMap(([key, one]) => (this.#live.has(key) ? [] : [one]))
  }

  #keepAndTell(key: string, entry: Entry): void {
    this.#keep(key, entry)
    this.#options.tabs.tell({ kind: 'entry', key, entry })
  }

  #keep(key: string, entry: Entry): void {
    const entries = new Map(this.#entries)
    entries.set(key, entry)
    // What nobody looked at for ten rounds is not kept in memory.
    for (const [other, { readAtMs }] of entries)
      if (other !== key && !this.#shown.has(other) && Date.now() - readAtMs > usualIntervalMs * 10) entries.delete(other)
    this.#entries = entries
    this.#change()
  }

  #change(): void {
    this.#state = this.#stateNow()
    if (this.#isLeading) {
      this.#options.tabs.tell({
        kind: 'state',
        budget: this.#budget,
        waitUntilMs: this.#waitUntilMs,
        lastAskedMs: this.#lastAskedMs,
        reads: this.#reads,
        streak: this.#streak,
        isReading: this.#reading.size > 0,
        isLive: this.#isLive,
        liveEnd: this.#liveEnd,
      })
    }
    for (const listener of this.#listeners) listener()
  }

  #stateNow(): FeedState {
    const pace = paceOf({
      nowMs: Date.now(),
      lastAskedMs: this.#lastAskedMs,
      budget: this.#budget,
      waitUntilMs: this.#waitUntilMs,
      reads: this.#reads,
      streak: this.#streak,
      jitterMs: this.#options.jitterMs ?? 0,
    })
    return {
      ...pace,
      entries: this.#entries,
      isPaused: this.#isPaused,
      isReading: this.#reading.size > 0 || (!this.#isLeading && this.#isReadingElsewhere),
      isLive: this.#isLive,
      liveEnd: this.#liveEnd,
      budget: this.#budget,
      streak: this.#streak,
    }
  }
}
