import type { Query } from '@millrace/contract'
import type { PerformanceMonitoringService } from '@millrace/monitor'
import { explain, problemOf } from '../errors/problem.ts'
import { eventFrame } from './event-stream.ts'
import type { EventStream } from './event-stream.ts'
import { SummaryFeed } from './summary-feed.ts'

/** What is watched in this process, one feed for all who watch the same. */
export class SummaryFeeds {
  readonly #monitor: PerformanceMonitoringService
  readonly #feeds = new Map<string, SummaryFeed>()

  constructor(monitor: PerformanceMonitoringService) {
    this.#monitor = monitor
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

  async #frame({ range, view, ...selection }: Query<'streamSummary'>, requestId: string): Promise<string> {
    try {
      return eventFrame('summary', await this.#monitor.getSummary(range, view, selection))
    } catch (error) {
      return eventFrame('problem', problemOf(explain(error, requestId), '/api/performance/stream'))
    }
  }
}
