import type { WebSocket } from 'ws'

/** A reader that lets more than this wait is cut at the next message, bytes: what waits for it is memory of everybody. */
const maxWaitingBytes = 8 * 1024 * 1024
/** Longest time a timer can wait, ms. */
const longestTimerMs = 2 ** 31 - 1
/** A close that the other side does not answer is not waited for any longer, ms. */
const closeMs = 2_000

/** Why a socket was closed, as the other side sees it (RFC 6455 §7.4). */
export const closeCodes = { notAllowed: 1008, failed: 1011, restarting: 1012, sessionEnded: 4401 } as const

/** An open WebSocket, as a handler has it: binary messages, and a life that the server watches over. */
export class Socket {
  readonly #socket: WebSocket
  readonly #endsWhenOver: NodeJS.Timeout
  #answered = true

  /** @param endsAtMs ms since 1970, when the token of who opened it ends */
  constructor(socket: WebSocket, { endsAtMs }: { readonly endsAtMs: number }) {
    this.#socket = socket
    socket.binaryType = 'nodebuffer'
    socket.on('pong', () => (this.#answered = true))
    this.#endsWhenOver = setTimeout(
      () => this.close(closeCodes.sessionEnded, 'the token ended'),
      Math.max(0, Math.min(endsAtMs - Date.now(), longestTimerMs)),
    ).unref()
    socket.once('close', () => clearTimeout(this.#endsWhenOver))
    // A handler may have to read before it can listen: nothing is lost meanwhile, and little is kept.
    socket.pause()
  }

  get isOpen(): boolean {
    return this.#socket.readyState === this.#socket.OPEN
  }

  /** Hears every binary message from the first; a text ends the socket. Called once. */
  onMessage(listener: (bytes: Uint8Array) => void): void {
    this.#socket.on('message', (bytes, isBinary) => {
      this.#answered = true
      if (isBinary) listener(bytes as Buffer)
      else this.close(closeCodes.notAllowed, 'binary messages only')
    })
    this.#socket.resume()
  }

  /** Called once, however it ended; at once where it has. */
  onClose(listener: () => void): void {
    if (this.#socket.readyState === this.#socket.CLOSED) listener()
    else this.#socket.once('close', listener)
  }

  /** Sends a message, unless the socket is closing. A reader that does not keep up is cut. Never throws. */
  send(bytes: Uint8Array): void {
    if (!this.isOpen) return
    if (this.#socket.bufferedAmount > maxWaitingBytes) return this.#socket.terminate()
    this.#socket.send(bytes, () => undefined)
  }

  /** @param reason a few words, at most 120 bytes */
  close(code: number, reason: string): void {
    if (this.#socket.readyState === this.#socket.CLOSED) return
    this.#socket.close(code, reason)
    setTimeout(() => this.#socket.terminate(), closeMs).unref()
  }

  /** Asks for a sign of life; ends the socket when the last question was not answered. */
  beat(): void {
    if (!this.#answered) return this.#socket.terminate()
    this.#answered = false
    this.#socket.ping()
  }
}
