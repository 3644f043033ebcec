import type { Connection, ConnectionHealth, DurabilityGrade } from '@millrace/connection'
import { BoundedCall } from './bounded-call.ts'
import { Missing } from './reading.ts'
import type { Reading } from './reading.ts'

/** Asking takes a second at most; but the disk of an embedded file may hang. */
const timeoutMs = 2000

/** What the connection tells of its store. */
export interface StoreReading {
  /** The connection stands, and this or the last ping was answered. */
  readonly connected: boolean
  readonly kind: 'redis' | 'embedded'
  readonly durability: DurabilityGrade
  readonly version: Reading<string>
  /** Of a server its memory; of a file its size, the log included. */
  readonly usedMemoryBytes: Reading
  readonly maxMemoryBytes: Reading
  /** What `maxMemoryBytes` is. */
  readonly memoryLimit: Reading<NonNullable<ConnectionHealth['memoryLimit']>>
  /** Round trip of a ping made for this reading. */
  readonly latencyMs: Reading
  readonly connectedClients: Reading
  readonly commandsPerSecond: Reading
}

/** The store this process is connected to: one ping and, of a server, one INFO a reading. */
export class StoreCollector {
  readonly #connection: Connection
  readonly #health: BoundedCall<ConnectionHealth>
  /** Readings in a row without an answer. */
  #unanswered = 0

  constructor(connection: Connection) {
    this.#connection = connection
    this.#health = new BoundedCall('the store', timeoutMs, () => connection.health())
  }

  async read(): Promise<StoreReading> {
    const health = await this.#health.read()
    const { kind, durability, connected } = this.#connection
    this.#unanswered = health instanceof Missing || health.latencyMs === null ? this.#unanswered + 1 : 0
    const figure = <Name extends keyof ConnectionHealth>(
      name: Name,
      otherwise = 'the store does not tell',
    ): Reading<NonNullable<ConnectionHealth[Name]>> => {
      if (health instanceof Missing) return health
      return health[name] ?? new Missing(connected ? otherwise : 'the store does not answer')
    }
    return {
      connected: connected && this.#unanswered < 2,
      kind,
      durability,
      version: figure('version'),
      usedMemoryBytes: figure('usedMemoryBytes'),
      maxMemoryBytes: figure('maxMemoryBytes'),
      memoryLimit: figure('memoryLimit'),
      latencyMs: figure('latencyMs', 'the store did not answer a ping within a second'),
      commandsPerSecond: figure('commandsPerSecond', kind === 'embedded' ? 'a file has no server' : undefined),
      connectedClients: figure('connectedClients', kind === 'embedded' ? 'a file has no clients' : undefined),
    }
  }
}
