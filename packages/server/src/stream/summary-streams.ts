import type { Query } from '@millrace/contract'
import type { PerformanceMonitoringService } from '@millrace/monitor'
import type { Identity } from '../auth/identity.ts'
import type { Sessions } from '../sessions/sessions.ts'
import { explain, problemOf } from '../errors/problem.ts'
import { EventStream, eventFrame } from './event-stream.ts'
import { Seats } from './seats.ts'
import { SummaryFeed } from './summary-feed.ts'

/** Who asks to watch. */
export interface Viewer {
  readonly user: string
  readonly address: string
  readonly identity: Identity
  readonly requestId: string
}

/** The open streams of this process. */
export class SummaryStreams {
  readonly #monitor: PerformanceMonitoringService
  readonly #sessions: Pick<Sessions, 'wasEnded'>
  readonly #pulseMs: number | undefined
  readonly #seats = new Seats()
  readonly #feeds = new Map<string, SummaryFeed>()
  readonly #open = new Set<EventStream>()

  /** @param pulseMs between two signs of life @defaultValue 15,000 */
  constructor(monitor: PerformanceMonitoringService, sessions: Pick<Sessions, 'wasEnded'>, pulseMs?: number) {
    this.#monitor = monitor
    this.#sessions = sessions
    this.#pulseMs = pulseMs
  }

  /** @throws MillraceError STREAMS_TOO_MANY */
  open(watched: Query<'streamSummary'>, viewer: Viewer): EventStream {
    const leaveSeat = this.#seats.take(viewer)
    const key = JSON.stringify(Object.entries(watched).toSorted(([one], [other]) => (one < other ? -1 : 1)))
    const feed = this.#feeds.get(key) ?? new SummaryFeed(() => this.#frame(watched, viewer.requestId))
    this.#feeds.set(key, feed)
    const stream = new EventStream({
      endsAtMs: viewer.identity.expiresAtMs,
      isOver: () => this.#sessions.wasEnded(viewer.identity),
      ...(this.#pulseMs === undefined ? {} : { pulseMs: this.#pulseMs }),
      onClose: () => {
        leaveSeat()
        feed.leave(stream)
        this.#open.delete(stream)
        if (!feed.isWatched && this.#feeds.get(key) === feed) this.#feeds.delete(key)
      },
    })
    this.#open.add(stream)
    feed.watch(stream)
    return stream
  }

  /** Ends all of them in order. */
  close(): void {
    for (const stream of this.#open) stream.finish('this server is shutting down')
  }

  async #frame({ range, view, ...selection }: Query<'streamSummary'>, requestId: string): Promise<string> {
    try {
      return eventFrame('summary', await this.#monitor.getSummary(range, view, selection))
    } catch (error) {
      return eventFrame('problem', problemOf(explain(error, requestId), '/api/performance/stream'))
    }
  }
}
