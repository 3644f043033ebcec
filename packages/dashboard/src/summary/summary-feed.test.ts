import type { Summary } from '@millrace/contract'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { ReadFailure } from './entry.ts'
import type { Read, Told, Wanted, Watch } from './entry.ts'
import { budgetOf } from './refresh-policy.model.ts'
import { SummaryFeed } from './summary-feed.ts'
import { alone } from './tabs.ts'
import type { TabMessage, Tabs } from './tabs.ts'

const minute = 60_000
const overview: Wanted = { view: 'overview', range: '1h' }

/** The server's side: 50 requests in 15 minutes from one address; an answer holds for a minute, and 304 costs nothing. */
class Server {
  readonly answers: number[] = []
  #left = 50
  #resetAtMs = 0

  readonly read: Read = async (wanted, { etag, isFresh }) => {
    const nowMs = Date.now()
    if (nowMs >= this.#resetAtMs) [this.#left, this.#resetAtMs] = [50, nowMs + 15 * minute]
    await new Promise((resolve) => setTimeout(resolve, 20))
    if (this.isDown) {
      if (this.#left > 0) this.#left -= 1
      this.answers.push(503)
      const retryAtMs = this.retryAfterMs === 0 ? 0 : Date.now() + this.retryAfterMs
      throw new ReadFailure({ atMs: Date.now(), status: 503, code: 'STORE_UNAVAILABLE', detail: 'away', retryAtMs }, null)
    }
    const current = `${Math.floor(nowMs / minute)} ${JSON.stringify(wanted)}`
    if (this.#left === 0) {
      this.answers.push(429)
      const detail = 'the limit was met'
      throw new ReadFailure({ atMs: nowMs, status: 429, code: 'RATE_LIMITED', detail, retryAtMs: this.#resetAtMs }, this.#budget(nowMs))
    }
    if (etag === current && !isFresh) {
      this.answers.push(304)
      return { summary: undefined, etag, budget: this.#budget(nowMs) }
    }
    this.#left -= 1
    this.answers.push(200)
    return { summary: { generatedAt: nowMs } as Summary, etag: current, budget: this.#budget(nowMs) }
  }

  readonly streams: { tell(told: Told): void; end(): void }[] = []
  isDown = false
  retryAfterMs = 0

  /** Charged once; then it tells what a test has it tell. */
  readonly watch: Watch = async function* (this: Server, _wanted: Wanted, signal: AbortSignal, learn: Parameters<Watch>[2]) {
    this.#left -= 1
    learn(this.#budget(Date.now()))
    const told: (Told | null)[] = []
    let wake = () => undefined as void
    const push = (one: Told | null) => {
      told.push(one)
      wake()
    }
    this.streams.push({ tell: push, end: () => push(null) })
    signal.addEventListener('abort', () => push(null))
    for (;;) {
      const one = told.shift()
      if (one === null) return
      if (one === undefined) await new Promise<void>((resolve) => (wake = resolve))
      else yield one
    }
  }.bind(this)

  /** Somebody else at the same address. */
  spend(count: number): void {
    this.#left = Math.max(0, this.#left - count)
  }

  #budget(nowMs: number) {
    return budgetOf(`"performance";r=${this.#left};t=${Math.ceil((this.#resetAtMs - nowMs) / 1_000)}`, nowMs)
  }
}

/** Tabs of one browser: one holds the lock, all hear what is told by the others. */
class Browser {
  readonly #queue: (() => void)[] = []
  readonly #ears = new Map<Tabs, (message: TabMessage) => void>()

  tab(): Tabs {
    const tabs: Tabs = {
      campaign: (lead) => {
        this.#queue.push(lead)
        if (this.#queue.length === 1) lead()
        return () => {
          const place = this.#queue.indexOf(lead)
          this.#queue.splice(place, 1)
          if (place === 0) this.#queue[0]?.()
        }
      },
      tell: (message) => {
        for (const [other, hear] of this.#ears) if (other !== tabs) queueMicrotask(() => hear(message))
      },
      listen: (hear) => {
        this.#ears.set(tabs, hear)
        return () => this.#ears.delete(tabs)
      },
    }
    return tabs
  }
}

class Sight {
  #isSeen = true
  readonly #changes = new Set<() => void>()
  isSeen = () => this.#isSeen
  listen = (change: () => void) => {
    this.#changes.add(change)
    return () => this.#changes.delete(change)
  }
  set(isSeen: boolean): void {
    this.#isSeen = isSeen
    for (const change of this.#changes) change()
  }
}

const stops: (() => void)[] = []
function open(server: Server, tabs: Tabs = alone, sight = new Sight()) {
  const feed = new SummaryFeed({ read: server.read, watch: server.watch, tabs, sight })
  stops.push(feed.start())
  return { feed, sight, ages: () => [...feed.state().entries.values()].map(({ readAtMs }) => Date.now() - readAtMs) }
}

beforeEach(() => {
  vi.useFakeTimers({ now: 1_795_598_100_000 })
})
afterEach(() => {
  for (const stop of stops.splice(0)) stop()
  vi.useRealTimers()
})

describe('fifteen minutes against a limit of 50', () => {
  it('one tab reads each 30 s, is charged about once a minute, and meets no 429', async () => {
    const server = new Server()
    const { feed, ages } = open(server)
    feed.want(overview)
    for (let step = 0; step < 15 * 60; step++) {
      await vi.advanceTimersByTimeAsync(1_000)
      expect(Math.max(...ages())).toBeLessThan(46_000)
    }
    expect(server.answers).not.toContain(429)
    expect(server.answers.length).toBeGreaterThanOrEqual(29)
    expect(server.answers.filter((status) => status === 200).length).toBeLessThanOrEqual(17)
  })

  it('three tabs on three pages share one reader, and none meets a 429', async () => {
    const server = new Server()
    const browser = new Browser()
    const tabs = (['overview', 'api', 'queues'] as const).map((view) => {
      const tab = open(server, browser.tab())
      tab.feed.want({ view, range: '1h' })
      return tab
    })
    await vi.advanceTimersByTimeAsync(15 * minute)
    expect(server.answers).not.toContain(429)
    for (const { feed } of tabs) expect(feed.state().entries.size).toBe(3)
    expect(server.answers.length).toBeLessThanOrEqual(95)
  })

  it('three tabs on the same page cost what one does', async () => {
    const server = new Server()
    const browser = new Browser()
    for (let tab = 0; tab < 3; tab++) open(server, browser.tab()).feed.want(overview)
    await vi.advanceTimersByTimeAsync(15 * minute)
    expect(server.answers.filter((status) => status === 200).length).toBeLessThanOrEqual(17)
    expect(server.answers.length).toBeLessThanOrEqual(32)
  })

  it('five switches of the range to and fro cost two requests, and no 429', async () => {
    const server = new Server()
    const { feed } = open(server)
    let unwant = feed.want(overview)
    await vi.advanceTimersByTimeAsync(1_000)
    for (const range of ['24h', '1h', '7d', '1h', '24h'] as const) {
      unwant()
      unwant = feed.want({ ...overview, range })
      await vi.advanceTimersByTimeAsync(2_000)
    }
    expect(server.answers).toEqual([200, 200, 200])
    await vi.advanceTimersByTimeAsync(15 * minute)
    expect(server.answers).not.toContain(429)
  })

  it('a neighbour who uses up the address slows it down before it is refused', async () => {
    const server = new Server()
    const { feed } = open(server)
    feed.want(overview)
    await vi.advanceTimersByTimeAsync(1_000)
    server.spend(34)
    await vi.advanceTimersByTimeAsync(minute)
    expect(feed.state().intervalMs).toBeGreaterThanOrEqual(120_000)
    expect(feed.state().slowUntilMs).toBeGreaterThan(Date.now() + 12 * minute)
    await vi.advanceTimersByTimeAsync(13 * minute)
    expect(server.answers).not.toContain(429)
    await vi.advanceTimersByTimeAsync(3 * minute)
    expect(feed.state()).toMatchObject({ intervalMs: 30_000, slowUntilMs: null })
  })

  it('tabs that remind the reader of what they show do not hasten a slow pace', async () => {
    const server = new Server()
    const browser = new Browser()
    for (const view of ['overview', 'api', 'queues'] as const) open(server, browser.tab()).feed.want({ view, range: '1h' })
    await vi.advanceTimersByTimeAsync(1_000)
    server.spend(30)
    await vi.advanceTimersByTimeAsync(minute)
    const before = server.answers.length
    await vi.advanceTimersByTimeAsync(10 * minute)
    expect(server.answers.length - before).toBeLessThanOrEqual(3 * 3)
    expect(server.answers).not.toContain(429)
  })

  it('a reader who refreshes without end is stopped by the page, not by the server', async () => {
    const server = new Server()
    const { feed } = open(server)
    feed.want(overview)
    for (let step = 0; step < 170; step++) {
      feed.refresh()
      await vi.advanceTimersByTimeAsync(5_000)
    }
    expect(server.answers).not.toContain(429)
    expect(feed.mayAsk()).toBe(false)
  })

  it('a store that comes and goes all the time is asked again soon as long as that lasts, and no 429 is met', async () => {
    const server = new Server()
    const { feed } = open(server)
    feed.want(overview)
    for (let step = 0; step < 15 * 60; step++) {
      server.isDown = step % 20 < 12
      await vi.advanceTimersByTimeAsync(1_000)
    }
    expect(server.answers).not.toContain(429)
    expect(server.answers.length).toBeLessThanOrEqual(50)
  })

  it('who is refused all the same comes back when the server said', async () => {
    const server = new Server()
    const { feed } = open(server)
    feed.want(overview)
    await vi.advanceTimersByTimeAsync(1_000)
    server.spend(50)
    await vi.advanceTimersByTimeAsync(14 * minute)
    expect(server.answers.filter((status) => status === 429)).toHaveLength(1)
    await vi.advanceTimersByTimeAsync(2 * minute)
    expect(server.answers.slice(-2)).not.toContain(429)
  })
})

describe('reading', () => {
  it('nothing is read while the tab is hidden, and once when it is seen again', async () => {
    const server = new Server()
    const { feed, sight } = open(server)
    feed.want(overview)
    await vi.advanceTimersByTimeAsync(1_000)
    sight.set(false)
    await vi.advanceTimersByTimeAsync(10 * minute)
    expect(server.answers).toEqual([200])
    sight.set(true)
    await vi.advanceTimersByTimeAsync(1_000)
    expect(server.answers).toEqual([200, 200])
  })

  it('nothing is read while it is paused, but for what the reader asks for', async () => {
    const server = new Server()
    const { feed } = open(server)
    feed.want(overview)
    await vi.advanceTimersByTimeAsync(1_000)
    feed.setPaused(true)
    await vi.advanceTimersByTimeAsync(10 * minute)
    feed.refresh()
    await vi.advanceTimersByTimeAsync(minute)
    expect(server.answers).toEqual([200, 200])
  })

  it('another tab takes over when the one that read is hidden', async () => {
    const server = new Server()
    const browser = new Browser()
    const first = open(server, browser.tab())
    const second = open(server, browser.tab())
    first.feed.want(overview)
    second.feed.want(overview)
    await vi.advanceTimersByTimeAsync(1_000)
    expect(second.ages()).toHaveLength(1)
    first.sight.set(false)
    await vi.advanceTimersByTimeAsync(2 * minute)
    expect(second.ages()[0]).toBeLessThan(46_000)
  })

  it('after a failure it is asked again after 2, 5 and 10 s and then at the usual pace, and the streak ends with the first answer', async () => {
    const server = new Server()
    const { feed } = open(server)
    feed.want(overview)
    await vi.advanceTimersByTimeAsync(1_000)
    server.isDown = true
    await vi.advanceTimersByTimeAsync(minute)
    expect(server.answers).toEqual([200, 503, 503, 503, 503])
    expect(feed.state().streak.count).toBe(4)
    expect(feed.state().nextAtMs).toBeGreaterThan(Date.now())
    server.isDown = false
    await vi.advanceTimersByTimeAsync(45_000)
    expect(server.answers.slice(-1)).toEqual([200])
    expect(feed.state().streak.count).toBe(0)
  })

  it('a page that is opened while the others fail is asked for, and asked again as they are', async () => {
    const server = new Server()
    const { feed } = open(server)
    const unwant = feed.want(overview)
    await vi.advanceTimersByTimeAsync(1_000)
    server.isDown = true
    await vi.advanceTimersByTimeAsync(35_000)
    unwant()
    feed.want({ view: 'queues', range: '1h' })
    await vi.advanceTimersByTimeAsync(100)
    expect(feed.state().entries.size).toBe(2)
    server.isDown = false
    await vi.advanceTimersByTimeAsync(11_000)
    expect([...feed.state().entries.values()].at(-1)?.failure).toBeNull()
  })

  it('a page that is opened while the server said to wait is asked for soon after that', async () => {
    const server = new Server()
    const { feed } = open(server)
    const unwant = feed.want(overview)
    await vi.advanceTimersByTimeAsync(1_000)
    server.isDown = true
    server.retryAfterMs = 1_000
    feed.refresh()
    await vi.advanceTimersByTimeAsync(100)
    unwant()
    feed.want({ view: 'redis', range: '1h' })
    await vi.advanceTimersByTimeAsync(2_100)
    expect(server.answers).toEqual([200, 503, 503])
  })

  it('what was read stays when the next read fails', async () => {
    const server = new Server()
    let fails = false
    const read: Read = async (...asked) => {
      if (fails) throw new ReadFailure({ atMs: Date.now(), status: 503, code: 'STORE_UNAVAILABLE', detail: 'away', retryAtMs: 0 }, null)
      return server.read(...asked)
    }
    const feed = new SummaryFeed({ read, watch: server.watch, tabs: alone, sight: new Sight() })
    stops.push(feed.start())
    feed.want(overview)
    await vi.advanceTimersByTimeAsync(1_000)
    fails = true
    await vi.advanceTimersByTimeAsync(minute)
    const [entry] = feed.state().entries.values()
    expect(entry?.summary).toBeDefined()
    expect(entry?.failure?.code).toBe('STORE_UNAVAILABLE')
    fails = false
    await vi.advanceTimersByTimeAsync(minute)
    expect([...feed.state().entries.values()][0]?.failure).toBeNull()
  })
})

describe('live', () => {
  const figures = () => ({ summary: { generatedAt: Date.now() } as Summary })

  async function live() {
    const server = new Server()
    const opened = open(server)
    opened.feed.want(overview)
    await vi.advanceTimersByTimeAsync(1_000)
    opened.feed.setLive(true)
    await vi.advanceTimersByTimeAsync(0)
    return { server, ...opened, entry: () => [...opened.feed.state().entries.values()][0] }
  }

  it('figures come by one stream, and nothing is read beside it', async () => {
    const { server, entry } = await live()
    for (let step = 0; step < 100; step++) {
      server.streams[0]?.tell(figures())
      await vi.advanceTimersByTimeAsync(3_000)
      expect(Date.now() - (entry()?.readAtMs ?? 0)).toBeLessThanOrEqual(3_000)
    }
    expect(server.streams).toHaveLength(1)
    expect(server.answers).toEqual([200])
  })

  it('a store that is away is told by it, and the figures come again by it', async () => {
    const { server, entry } = await live()
    server.streams[0]?.tell({ failure: { atMs: Date.now(), status: 503, code: 'STORE_UNAVAILABLE', detail: 'away', retryAtMs: 0 } })
    await vi.advanceTimersByTimeAsync(0)
    expect(entry()?.failure?.code).toBe('STORE_UNAVAILABLE')
    server.streams[0]?.tell(figures())
    await vi.advanceTimersByTimeAsync(0)
    expect(entry()?.failure).toBeNull()
  })

  it.each([
    ['ends', (server: Server) => server.streams[0]?.end(), 'the server ended it'],
    ['is silent', () => undefined, 'nothing came for 45 s'],
  ])('a stream that %s is followed by reading as before, and the reader is told why', async (_title, cut, why) => {
    const { server, feed } = await live()
    cut(server)
    await vi.advanceTimersByTimeAsync(45_100)
    expect(feed.state()).toMatchObject({ isLive: false, liveEnd: why })
    expect(server.answers.length).toBeGreaterThan(1)
    await vi.advanceTimersByTimeAsync(5 * minute)
    expect(server.answers.length).toBeGreaterThanOrEqual(10)
    expect(server.streams).toHaveLength(1)
  })

  it('is closed while the tab is hidden or paused, and opened again afterwards', async () => {
    const { server, feed, sight } = await live()
    sight.set(false)
    await vi.advanceTimersByTimeAsync(10 * minute)
    expect([server.streams.length, server.answers.length]).toEqual([1, 1])
    sight.set(true)
    await vi.advanceTimersByTimeAsync(0)
    expect(server.streams).toHaveLength(2)
    feed.setPaused(true)
    await vi.advanceTimersByTimeAsync(10 * minute)
    expect([server.streams.length, server.answers.length]).toEqual([2, 1])
  })

  it('tabs that show the same share one stream, whichever of them asked for it', async () => {
    const server = new Server()
    const browser = new Browser()
    const [first, second] = [open(server, browser.tab()), open(server, browser.tab())]
    first.feed.want(overview)
    second.feed.want(overview)
    await vi.advanceTimersByTimeAsync(1_000)
    second.feed.setLive(true)
    await vi.advanceTimersByTimeAsync(0)
    server.streams[0]?.tell(figures())
    await vi.advanceTimersByTimeAsync(0)
    expect(server.streams).toHaveLength(1)
    expect([first, second].map(({ feed, ages }) => [feed.state().isLive, ages()])).toEqual([
      [true, [0]],
      [true, [0]],
    ])
    first.sight.set(false)
    await vi.advanceTimersByTimeAsync(0)
    expect(server.streams).toHaveLength(2)
    expect(second.feed.state().isLive).toBe(true)
  })

  it('another page is followed by a stream of its own, and the old one is let go', async () => {
    const server = new Server()
    const { feed } = open(server)
    const unwant = feed.want(overview)
    feed.setLive(true)
    await vi.advanceTimersByTimeAsync(0)
    unwant()
    feed.want({ view: 'queues', range: '1h' })
    await vi.advanceTimersByTimeAsync(0)
    server.streams[0]?.tell(figures())
    server.streams[1]?.tell(figures())
    await vi.advanceTimersByTimeAsync(0)
    expect([...feed.state().entries.keys()].filter((key) => key.includes('queues'))).toHaveLength(1)
    expect(server.streams).toHaveLength(2)
  })

  it('is not opened where the limit is spent: that is said, and waited out', async () => {
    const server = new Server()
    const { feed } = open(server)
    feed.want(overview)
    await vi.advanceTimersByTimeAsync(1_000)
    server.spend(50)
    feed.refresh()
    await vi.advanceTimersByTimeAsync(1_000)
    feed.setLive(true)
    await vi.advanceTimersByTimeAsync(0)
    expect(feed.state()).toMatchObject({ isLive: false, liveEnd: 'the limit of requests is used up' })
    expect(server.streams).toHaveLength(0)
  })
})
