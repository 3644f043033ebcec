import { stat } from 'node:fs/promises'
import { setTimeout as pause } from 'node:timers/promises'
import { DiskGauge } from './disk-gauge.ts'
import { EmbeddedKeyValue } from './key-value/embedded-key-value.ts'
import { removeOwner } from './owner-file.ts'
import type { ConnectionHealth, ConnectionOptions, EmbeddedConnection, Pulse, PulseOptions } from '../connection.ts'
import type { MillraceError } from '../errors.ts'
import type { KeyValue } from '../key-value.ts'
import type { LocalChannels } from '../local-channels.ts'
import type { Procedure } from './procedure.ts'
import type { StoreFolder } from './store-folder.ts'
import type { StoreLink } from './store-link.ts'

const pingMs = 1_000

interface EmbeddedParts {
  readonly link: StoreLink
  readonly channels: LocalChannels
  readonly folder: StoreFolder
  readonly opened: { readonly processNumber: number; readonly version: string }
  readonly durability: 'crash-safe' | 'power-safe'
  readonly options: ConnectionOptions
}

/** See `connectEmbedded`. */
export class EmbeddedStoreConnection implements EmbeddedConnection {
  readonly kind = 'embedded'
  readonly prefix: string
  readonly description: string
  readonly directory: string
  readonly durability: 'crash-safe' | 'power-safe'
  readonly processNumber: number
  readonly #parts: EmbeddedParts
  readonly #gauge: DiskGauge
  readonly #stateListeners = new Set<(state: 'up' | 'down') => void>()
  #closing: Promise<void> | undefined

  constructor(parts: EmbeddedParts) {
    this.#parts = parts
    this.prefix = parts.options.prefix ?? 'millrace:'
    this.directory = parts.folder.directory
    this.description = `file:${parts.folder.directory}`
    this.durability = parts.durability
    this.processNumber = parts.opened.processNumber
    this.#gauge = new DiskGauge(parts.folder.directory)
  }

  get connected(): boolean {
    return !this.#closing && !this.#parts.link.failure
  }

  get fillRatio(): number | null {
    return this.#gauge.fillRatio()
  }

  get silentMs(): number {
    return this.#parts.link.silentMs
  }

  run<Argument, Answer>(procedure: Procedure<Argument, Answer>, argument: Argument): Promise<Answer> {
    return this.#parts.link.call(procedure, argument)
  }

  pulse<Argument, Answer>(procedure: Procedure<Argument, Answer>, argument: Argument, options: PulseOptions): Pulse {
    const { link } = this.#parts
    const { everyMs, maxStallMs, onAnswer, onError } = options
    const pulse = link.startPulse(procedure, argument, { everyMs, maxStallMs }, { onAnswer, onError })
    return { stop: () => link.stopPulse(pulse) }
  }

  async health(): Promise<ConnectionHealth> {
    const { link, opened, folder, options } = this.#parts
    const startedNs = process.hrtime.bigint()
    const answered = await Promise.race([
      link
        .ask((id) => ({ kind: 'ping', id }))
        .then(
          () => true,
          () => false,
        ),
      pause(pingMs, false, { ref: false }),
    ])
    const latencyMs = answered ? Number(process.hrtime.bigint() - startedNs) / 1e6 : null
    const warnings = this.#gauge.warnings()
    const diskBytes = this.#gauge.totalBytes()
    if (link.failure) warnings.push(link.failure.message)
    if (options.testClock) warnings.push('The clock is a test clock.')
    return {
      kind: 'embedded',
      connected: this.connected,
      version: `SQLite ${opened.version}`,
      durability: this.durability,
      latencyMs,
      usedMemoryBytes: await storedBytes(folder.file),
      maxMemoryBytes: diskBytes,
      memoryLimit: diskBytes === null ? null : 'disk',
      connectedClients: null,
      commandsPerSecond: null,
      renewing: 'thread',
      warnings,
    }
  }

  keyValue(room: string): KeyValue {
    return new EmbeddedKeyValue(this.#parts.link, this.#parts.channels, `${this.prefix}{${room}}`)
  }

  async subscribe(channel: string, listener: (text: string) => void): Promise<() => Promise<void>> {
    const refused = this.#parts.link.refusal()
    if (refused) throw refused
    const stop = this.#parts.channels.add(channel, listener)
    return async () => stop()
  }

  onState(listener: (state: 'up' | 'down') => void): () => void {
    const heard = (state: 'up' | 'down') => listener(state)
    this.#stateListeners.add(heard)
    return () => void this.#stateListeners.delete(heard)
  }

  close(): Promise<void> {
    this.#closing ??= (async () => {
      await this.#parts.link.close()
      this.#parts.channels.clear()
      this.forget()
    })()
    return this.#closing
  }

  /** Sets the time procedures read, ms since 1970, for all calls made after it. Only with the option `testClock`. */
  async setTestClock(ms: number): Promise<void> {
    if (!this.#parts.options.testClock) throw new TypeError('the connection was made without testClock')
    await this.#parts.link.ask((id) => ({ kind: 'clock', id, ms }))
  }

  /** The store stopped taking writes; it does not come back in this process. */
  hearDown(error: MillraceError): void {
    this.#parts.options.log?.error({ err: error }, error.message)
    for (const listener of Array.from(this.#stateListeners)) listener('down')
  }

  /** Takes this process's name off the store. */
  forget(): void {
    removeOwner(this.#parts.folder.ownerFile)
  }
}

async function storedBytes(file: string): Promise<number | null> {
  const sizes = await Promise.all(
    [file, `${file}-wal`].map((path) =>
      stat(path).then(
        (found) => found.size,
        () => 0,
      ),
    ),
  )
  return sizes.reduce((sum, size) => sum + size, 0)
}
