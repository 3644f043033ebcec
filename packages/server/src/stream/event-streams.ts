import type { Route } from '@millrace/contract'
import type { Identity } from '../auth/identity.ts'
import type { Sessions } from '../sessions/sessions.ts'
import { EventStream } from './event-stream.ts'
import { Seats } from './seats.ts'

/** Who asks to watch, and from where. */
export interface Viewer {
  readonly address: string
  readonly identity: Identity
}

/** The open streams of this process, whatever they tell. */
export class EventStreams {
  readonly #sessions: Pick<Sessions, 'wasEnded'>
  readonly #pulseMs: number | undefined
  readonly #seats = new Map<string, Seats>()
  readonly #open = new Set<EventStream>()

  /** @param pulseMs between two signs of life @defaultValue 15,000 */
  constructor(sessions: Pick<Sessions, 'wasEnded'>, pulseMs?: number) {
    this.#sessions = sessions
    this.#pulseMs = pulseMs
  }

  /**
   * A stream that ends with the token, with the session it came with, when the reader goes, or with this server.
   * @throws MillraceError STREAMS_TOO_MANY
   */
  open({ path, seats }: Pick<Route, 'path' | 'seats'>, { address, identity }: Viewer): EventStream {
    const row = this.#seats.get(path) ?? new Seats(seats)
    this.#seats.set(path, row)
    const leaveSeat = row.take({ user: identity.subject ?? 'nobody', address })
    const stream = new EventStream({
      endsAtMs: identity.expiresAtMs,
      isOver: () => this.#sessions.wasEnded(identity),
      ...(this.#pulseMs === undefined ? {} : { pulseMs: this.#pulseMs }),
      onClose: () => {
        leaveSeat()
        this.#open.delete(stream)
      },
    })
    this.#open.add(stream)
    return stream
  }

  /** Ends all of them in order. */
  close(): void {
    for (const stream of this.#open) stream.finish('this server is shutting down')
  }
}
