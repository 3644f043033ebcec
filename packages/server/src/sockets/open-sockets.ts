import type { Log } from '@millrace/connection'
import type { Sessions } from '../sessions/sessions.ts'
import type { Identity } from '../auth/identity.ts'
import { closeCodes } from './socket.ts'
import type { Socket } from './socket.ts'

/** A socket whose other side is gone is found within twice this, ms. */
const beatMs = 12_000
/** A session that ended takes its sockets along within this and a round trip, ms. */
const askSessionsMs = 2_000

interface Intervals {
  readonly beatMs?: number
  readonly askSessionsMs?: number
}

/** The open sockets of this process: finds dead ones, ends those whose session ended, and all of them with the server. */
export class OpenSockets {
  readonly #sessions: Pick<Sessions, 'wasEnded'>
  readonly #log: Log
  readonly #open = new Map<Socket, Identity>()
  readonly #beating: NodeJS.Timeout
  readonly #asking: NodeJS.Timeout
  #isAsking = false

  constructor(sessions: Pick<Sessions, 'wasEnded'>, log: Log, intervals: Intervals = {}) {
    this.#sessions = sessions
    this.#log = log
    this.#beating = setInterval(() => this.#beat(), intervals.beatMs ?? beatMs).unref()
    this.#asking = setInterval(() => void this.#askSessions(), intervals.askSessionsMs ?? askSessionsMs).unref()
  }

  watch(socket: Socket, identity: Identity): void {
    this.#open.set(socket, identity)
    socket.onClose(() => this.#open.delete(socket))
  }

  /** Tells all of them that they may come again, to this server or another; resolves when they are gone, within 2 s. */
  async close(): Promise<void> {
    clearInterval(this.#beating)
    clearInterval(this.#asking)
    await Promise.all(
      [...this.#open.keys()].map((socket) => {
        socket.close(closeCodes.restarting, 'this server is shutting down')
        return new Promise<void>((resolve) => socket.onClose(resolve))
      }),
    )
  }

  #beat(): void {
    for (const socket of this.#open.keys()) socket.beat()
  }

  /** One question a session, however many sockets it has. A store that does not answer says nothing about a session. */
  async #askSessions(): Promise<void> {
    if (this.#isAsking) return
    this.#isAsking = true
    try {
      const sessions = new Map(
        [...this.#open.values()].flatMap((identity) => (identity.sessionId === null ? [] : [[identity.sessionId, identity]])),
      )
      const ended = new Set<string>()
      for (const [id, identity] of sessions) if (await this.#sessions.wasEnded(identity)) ended.add(id)
      for (const [socket, { sessionId }] of this.#open) {
        if (sessionId !== null && ended.has(sessionId)) socket.close(closeCodes.sessionEnded, 'signed out')
      }
    } catch (error) {
      this.#log.debug({ err: error }, 'whether sessions of open sockets ended could not be asked')
    } finally {
      this.#isAsking = false
    }
  }
}
