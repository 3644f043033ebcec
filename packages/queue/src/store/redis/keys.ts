import { levels } from '../../message.ts'

/** Every kind of key a queue has. `docs/redis-keys.md` tells type, meaning, writers and end of each. */
export const keyNames = [
  'meta',
  'bodies',
  'ready',
  'scheduled',
  'leases',
  'idle',
  'marks',
  'state',
  'attempts',
  'values',
  'reports',
  'completed',
  'dead',
  'graves',
  'terms',
  'marked',
  'suspects',
  'suspects_of',
  'explicit',
  'explicit_order',
  'owners',
  'keyed',
  'windows',
  'claims',
  'producer',
] as const

export type KeyName = (typeof keyNames)[number]

/** Kinds with one key a level. */
const perLevel: readonly KeyName[] = ['ready', 'scheduled', 'suspects_of']
/** Kinds with one key a worker or producer; their names are given at each call. */
const perClient: readonly KeyName[] = ['claims', 'producer']

/** The complete key names of one queue. All share the hash tag `{queue:<name>}`, so that they live in one Cluster slot. */
export class QueueKeys {
  /** What the channels of this queue's workers start with, without the connection's prefix; a worker's id follows. */
  readonly channel: string
  /** The same with the prefix, as scripts publish on it. */
  readonly fullChannel: string
  readonly #base: string
  readonly #declared = new Map<readonly KeyName[], readonly string[]>()

  constructor(prefix: string, queue: string) {
    this.#base = `${prefix}{queue:${queue}}:`
    this.channel = `{queue:${queue}}:worker:`
    this.fullChannel = `${prefix}${this.channel}`
  }

  /** The keys of these kinds in order, a kind with one key a level as its four; those of workers and producers are left out. */
  of(names: readonly KeyName[]): readonly string[] {
    const known = this.#declared.get(names)
    if (known) return known
    const keys = names
      .filter((name) => !perClient.includes(name))
      .flatMap((name) => (perLevel.includes(name) ? levels.map((level) => `${this.#base}${name}:${level}`) : [`${this.#base}${name}`]))
    this.#declared.set(names, keys)
    return keys
  }

  /** What a worker holds. */
  claims(worker: string): string {
    return `${this.#base}claims:${worker}`
  }

  /** Which frames of a producer were taken. */
  producer(producer: string): string {
    return `${this.#base}producer:${producer}`
  }
}
