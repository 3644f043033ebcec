import type { Connection } from '@millrace/connection'
import type { Query } from '@millrace/contract'
import type { PerformanceMonitoringService } from '@millrace/monitor'
import { explain, problemOf } from '../errors/problem.ts'
import { withPatience } from '../http/patience.ts'
import { eventFrame } from './event-stream.ts'
import type { EventStream } from './event-stream.ts'
import { SummaryFeed } from './summary-feed.ts'

/** What is watched in this process, one feed for all who watch the same. */
export class SummaryFeeds {
  readonly #monitor: PerformanceMonitoringService
  readonly #connection: Connection
  readonly #feeds = new Map<string, SummaryFeed>()

  constructor(monitor: PerformanceMonitoringService, connection: Connection) {
    this.#monitor = monitor
    this.#connection = connection
  }

  /** Tells a stream summaries until it ends. */
  watch(watched: Query<'streamSummary'>, stream: EventStream, requestId: string): EventStream {
    const key = JSON.stringify(Object.entries(watched).toSorted(([one], [other]) => (one < other ? -1 : 1)))
    const feed = this.#feeds.get(key) ?? new SummaryFeed(() => this.#frame(watched, requestId))
    this.#feeds.set(key, feed)
    stream.once('close', () => {
      feed.leave(stream)
      if (!feed.isWatched && this.#feeds.get(key) === feed) this.#feeds.delete(key)
    })
    feed.watch(stream)
    return stream
  }

  /** Whoever watches is told within a few seconds that there are no figures, and goes on watching. */
  async #frame({ range, view, ...selection }: Query<'streamSummary'>, requestId: string): Promise<string> {
    const beganAtMs = performance.now()
    const asked = { kind: 'read', elapsedMs: () => performance.now() - beganAtMs } as const
    try {
      return eventFrame('summary', await withPatience(this.#connection, asked, () => this.#monitor.getSummary(range, view, selection)))
    } catch (error) {
      return eventFrame('problem', problemOf(explain(error, requestId), '/api/performance/stream'))
    }
  }
}
