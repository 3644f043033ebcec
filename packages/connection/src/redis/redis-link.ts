import { MillraceError, unanswered } from '../errors.ts'
import { asksAgain, asksElsewhere, databaseError, deniedError, isDenied, isReply, replyWord, toMillraceError } from './reply-error.ts'
import { PlainCall } from './store-call.ts'
import type { Cluster, Redis } from 'ioredis'
import type { Duplex } from 'node:stream'
import type { ServerFacts, StoreCall } from './store-call.ts'

/** Deadlines are looked at this often, ms, while anything waits. */
const tickMs = 50
/** For so long after a failure is over, calls are told of it, ms. */
const tellAwayMs = 15_000
const loadingPauseMs = 200
const replicaPauseMs = 500
const longestPauseMs = 1_000

export interface LinkOptions {
  /** For errors: the store's URL without credentials. */
  readonly store: string
  readonly commandTimeoutMs: number
  readonly callTimeoutMs: number
  /** Makes the client; it must not keep commands for later by itself. */
  readonly makeClient: () => Redis | Cluster
  readonly onState?: (state: 'up' | 'down') => void
  /** The server refused the credentials or the database; it goes on trying. */
  readonly onDenied?: (error: MillraceError) => void
  /** A published message arrived. */
  readonly onMessage?: (channel: string, text: string) => void
}

/** What INFO said when the socket was opened; empty where the right to ask is missing. */
export type ServerInfo = ReadonlyMap<string, string>

/**
 * One socket to the store that is remade for ever, and the calls on it.
 *
 * down → greeting (connected; asks INFO until the server has loaded its data and is a primary) → up → down … → closed.
 * A call waits while the link is not up. Once sent it has `commandTimeoutMs` for its answer; then the socket is destroyed, because what
 * comes late on it cannot be told from silence, and all calls on it are sent again on the next one. A call is over at its own deadline.
 *
 * A link that heard nothing for `commandTimeoutMs` sends a PING, so that a socket which is half open is found before it is needed.
 *
 * Times are of a clock that stands still while the event loop is blocked: an answer that lies unread in the socket is no silence.
 * Cost: one timer for all calls, 20 times a second, only while something waits; a call costs two promises and an entry in a set.
 */
export class RedisLink {
  readonly #options: LinkOptions
  readonly #client: Redis | Cluster
  #state: 'down' | 'greeting' | 'up' | 'closed' = 'down'
  /** By age: replies come in order. */
  readonly #sent = new Set<StoreCall>()
  readonly #waiting = new Set<StoreCall>()
  /** Wait for their next try. */
  readonly #pausing = new Map<StoreCall, NodeJS.Timeout>()
  #nowMs = 0
  #tickedAtMs = 0
  #ticking: NodeJS.Timeout | undefined
  #greetedMs = 0
  readonly #pinging: NodeJS.Timeout
  /** Whether anything was answered since the last look. */
  #heard = false
  /** When the last answer came, or, where nothing waited since, the first call that waits. */
  #answeredMs = 0
  #info: ServerInfo = new Map()
  /** The socket is on database 0, whatever was asked for. */
  #astray = false
  #downSinceMs: number | undefined = performance.now()
  #lastAway = { ms: 0, healedAtMs: -Infinity }
  #everUp = false
  #lastFailure = 'no answer'
  readonly #facts: ServerFacts = this.#makeFacts()

  constructor(options: LinkOptions) {
    this.#options = options
    this.#client = options.makeClient()
    this.#client.on('error', (error: Error) => this.#hearError(error))
    this.#client.on('connect', () => {
      this.#greetedMs = this.#nowMs
      this.#astray = false
    })
    this.#client.on('ready', () => void this.#greet())
    this.#client.on('close', () => this.#hearClose())
    this.#pinging = setInterval(() => {
      if (!this.#heard && this.up && this.#sent.size === 0) this.call(new PlainCall('PING', [])).catch(() => undefined)
      this.#heard = false
    }, options.commandTimeoutMs)
    this.#pinging.unref()
    if (options.onMessage) this.#client.on('message', options.onMessage)
    this.#tick()
  }

  get up(): boolean {
    return this.#state === 'up'
  }

  /** See `Connection.silentMs`; an answer that only asks for another try is none. */
  get silentMs(): number {
    return this.up && !this.#isOwed ? 0 : this.#nowMs - this.#answeredMs
  }

  get #isOwed(): boolean {
    return this.#sent.size + this.#waiting.size + this.#pausing.size > 0
  }

  get info(): ServerInfo {
    return this.#info
  }

  /** One phrase: why it is not up. */
  get lastFailure(): string {
    return this.#lastFailure
  }

  call(call: StoreCall, callTimeoutMs = this.#options.callTimeoutMs): Promise<unknown> {
    if (this.#state === 'closed') {
      call.reject(closedError())
      return call.promise
    }
    if (!this.#ticking) this.#tick()
    if (this.up && !this.#isOwed) this.#answeredMs = this.#nowMs
    call.deadlineMs = this.#nowMs + callTimeoutMs
    if (this.#state === 'up') this.#send(call)
    else this.#waiting.add(call)
    return call.promise
  }

  /** Calls still waiting reject CONNECTION_CLOSED. */
  close(): void {
    if (this.#state === 'closed') return
    this.#state = 'closed'
    clearInterval(this.#ticking)
    clearInterval(this.#pinging)
    this.#client.disconnect()
    for (const call of [...this.#sent, ...this.#waiting, ...this.#pausing.keys()]) this.#reject(call, closedError())
    for (const timer of this.#pausing.values()) clearTimeout(timer)
    this.#sent.clear()
    this.#waiting.clear()
    this.#pausing.clear()
  }

  /** A call nobody waits for any more: it is not sent again, and its promise stays open. */
  forget(call: StoreCall): void {
    call.settled = true
  }

  #send(call: StoreCall): void {
    if (call.settled) return
    const command = call.command(this.#facts)
    call.sent = command
    call.sentMs = this.#nowMs
    this.#sent.add(call)
    command.promise.then(
      (answer) => {
        this.#sent.delete(call)
        this.#heard = true
        this.#answeredMs = this.#nowMs
        if (call.settled) return
        call.settled = true
        call.resolve(answer)
      },
      (error: unknown) => this.#hearRefusal(call, error),
    )
    void this.#client.sendCommand(command)
  }

  #hearRefusal(call: StoreCall, error: unknown): void {
    this.#sent.delete(call)
    if (call.settled) return
    if (!isReply(error)) {
      // The socket is gone. Whether the server had done it is unknown: calls are safe to repeat.
      if (this.#state === 'closed') return this.#reject(call, closedError())
      if (this.#client.status === 'ready') this.#pause(call)
      else this.#waiting.add(call)
      return
    }
    const word = replyWord(error.message)
    if (word === 'NOSCRIPT' && !call.unknownScript) {
      call.unknownScript = true
      return this.#send(call)
    }
    if (!asksAgain(word)) {
      this.#answeredMs = this.#nowMs
      return this.#reject(call, toMillraceError(error.message, call, this.#options.store))
    }
    this.#lastFailure = error.message.slice(0, 200)
    if (asksElsewhere(word)) this.#destroy(call)
    this.#pause(call)
  }

  /** Full jitter, so that the calls of many processes do not come back together. */
  #pause(call: StoreCall): void {
    const ms = Math.random() * Math.min(longestPauseMs, 20 * 2 ** call.refusals++)
    const timer = setTimeout(() => {
      this.#pausing.delete(call)
      if (this.#state === 'up') this.#send(call)
      else this.#waiting.add(call)
    }, ms)
    this.#pausing.set(call, timer)
  }

  #reject(call: StoreCall, error: MillraceError): void {
    if (call.settled) return
    call.settled = true
    call.reject(error)
  }

  async #greet(): Promise<void> {
    if (this.#state === 'closed') return
    this.#state = 'greeting'
    const client = this.#client
    while (this.#state === 'greeting') {
      this.#greetedMs = this.#nowMs
      const found = await this.#askInfo()
      // Not this socket any more.
      if (found === undefined || this.#state !== 'greeting' || client.status !== 'ready') return
      if (this.#astray) return this.#destroy()
      this.#info = found
      if (found.get('loading') === '1') {
        this.#lastFailure = 'it is loading its data'
        await new Promise((resolve) => setTimeout(resolve, loadingPauseMs))
      } else if (found.get('role') === 'slave') {
        this.#lastFailure = 'it is a read-only replica'
        await new Promise((resolve) => setTimeout(resolve, replicaPauseMs))
        this.#destroy()
        return
      } else this.#rise()
    }
  }

  /** Undefined when the socket went away meanwhile. */
  async #askInfo(): Promise<ServerInfo | undefined> {
    try {
      const command = new PlainCall('INFO', []).command(this.#facts)
      void this.#client.sendCommand(command)
      return parseInfo(String(await command.promise))
    } catch (error) {
      if (!isReply(error)) return undefined
      return new Map(replyWord(error.message) === 'LOADING' ? [['loading', '1']] : [])
    }
  }

  #rise(): void {
    this.#state = 'up'
    this.#answeredMs = this.#nowMs
    const nowMs = performance.now()
    if (this.#downSinceMs !== undefined && this.#everUp) this.#lastAway = { ms: nowMs - this.#downSinceMs, healedAtMs: nowMs }
    this.#downSinceMs = undefined
    this.#everUp = true
    this.#options.onState?.('up')
    const calls = [...this.#waiting]
    this.#waiting.clear()
    for (const call of calls) this.#send(call)
  }

  #hearError(error: Error): void {
    const { message } = error
    this.#lastFailure = (message || (error as NodeJS.ErrnoException).code || error.name).slice(0, 200)
    const database = unselected(error)
    if (database !== undefined) this.#astray = true
    if (isDenied(message)) this.#options.onDenied?.(deniedError(message, this.#options.store))
    else if (database !== undefined) this.#options.onDenied?.(databaseError(message, database, this.#options.store))
  }

  #hearClose(): void {
    if (this.#state === 'closed') return
    const wasUp = this.#state === 'up'
    this.#state = 'down'
    this.#downSinceMs ??= performance.now()
    if (!this.#ticking) this.#tick()
    if (wasUp) this.#options.onState?.('down')
  }

  /** Ends the socket this call was sent on, or the one there is; the client makes another. */
  #destroy(call?: StoreCall): void {
    const socket = call?.sent?.socket ?? (this.#client as unknown as { stream?: Duplex }).stream
    socket?.destroy()
  }

  #tick(): void {
    this.#tickedAtMs = performance.now()
    this.#ticking = setInterval(() => {
      const passedMs = performance.now() - this.#tickedAtMs
      this.#tickedAtMs += passedMs
      this.#nowMs += Math.min(passedMs, 2 * tickMs)
      this.#checkDeadlines()
      if (this.#state !== 'up' || this.#isOwed) return
      clearInterval(this.#ticking)
      this.#ticking = undefined
    }, tickMs)
  }

  #checkDeadlines(): void {
    const nowMs = this.#nowMs
    for (const call of this.#sent) {
      if (nowMs - call.sentMs < this.#options.commandTimeoutMs) break
      this.#lastFailure = `no answer for ${this.#options.commandTimeoutMs} ms`
      // The failure began when the unanswered call was sent, not when it was noticed.
      this.#downSinceMs ??= performance.now() - this.#options.commandTimeoutMs
      this.#destroy(call)
    }
    if (this.#state === 'greeting' || this.#client.status === 'connect') {
      if (nowMs - this.#greetedMs >= this.#options.commandTimeoutMs) {
        this.#lastFailure = `no answer for ${this.#options.commandTimeoutMs} ms`
        this.#greetedMs = nowMs
        this.#destroy()
      }
    }
    for (const call of this.#sent) if (nowMs >= call.deadlineMs) this.#expire(call)
    for (const call of this.#waiting) {
      if (nowMs < call.deadlineMs && !call.settled) continue
      this.#waiting.delete(call)
      this.#expire(call)
    }
    for (const [call, timer] of this.#pausing) {
      if (nowMs < call.deadlineMs) continue
      clearTimeout(timer)
      this.#pausing.delete(call)
      this.#expire(call)
    }
  }

  #expire(call: StoreCall): void {
    if (call.settled) return
    const outcome = call.reads ? 'unread' : call.sent === undefined ? 'unsent' : 'unknown'
    this.#reject(call, unanswered(outcome, `${this.#options.store} did not answer ${call.name} in time (${this.#lastFailure})`))
  }

  #makeFacts(): ServerFacts {
    return {
      run: () => (this.#info.get('run_id') ?? '').slice(0, 16).padEnd(16, '0'),
      awayMs: () => (performance.now() - this.#lastAway.healedAtMs < tellAwayMs ? this.#lastAway.ms : 0),
    }
  }
}

/** The number of the database a server did not give; undefined for every other error. */
function unselected(error: Error): number | undefined {
  const { command } = error as { command?: { readonly name: string; readonly args: readonly unknown[] } }
  return isReply(error) && command?.name === 'select' ? Number(command.args[0]) : undefined
}

export function parseInfo(text: string): ServerInfo {
  const info = new Map<string, string>()
  for (const line of text.split('\r\n')) {
    const colon = line.indexOf(':')
    if (colon > 0) info.set(line.slice(0, colon), line.slice(colon + 1))
  }
  return info
}

function closedError(): MillraceError {
  return new MillraceError('CONNECTION_CLOSED', 'The connection was closed by close().')
}
