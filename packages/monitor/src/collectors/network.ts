import { Delta } from './delta.ts'
import type { KernelFiles } from './kernel-files.ts'
import { Missing } from './reading.ts'
import type { Reading } from './reading.ts'

export interface NetworkFigures {
  /** Since the interfaces are up, as the kernel counts. */
  readonly receivedBytes: Reading
  readonly sentBytes: Reading
  readonly receivedBytesPerSecond: Reading
  readonly sentBytesPerSecond: Reading
}

/** Interfaces whose traffic is nobody's or is counted at another one: the machine talking to itself, its containers, copies. */
const notCounted = /^(lo$|veth|docker|br-|ifb)/

interface Traffic {
  readonly name: string
  readonly received: number
  readonly sent: number
}

/** What the interfaces of this network namespace carried. */
export class NetworkCollector {
  readonly #files: KernelFiles
  #deltas = new Map<string, { readonly received: Delta; readonly sent: Delta }>()
  #readAtMs: number | undefined

  constructor(files: KernelFiles) {
    this.#files = files
  }

  /** @param atMs of a clock that never steps back */
  async read(atMs: number): Promise<NetworkFigures> {
    const text = await this.#files.text('/proc/net/dev')
    if (text === undefined) return all(new Missing('this system has no /proc/net/dev'))
    const interfaces = parseInterfaces(text)
    if (interfaces.length === 0) return all(new Missing('no network interface to count at'))
    const sinceMs = this.#readAtMs === undefined ? 0 : atMs - this.#readAtMs
    this.#readAtMs = atMs
    const { received, sent } = this.#risen(interfaces)
    const rate = (bytes: number): Reading => (sinceMs > 0 ? (bytes / sinceMs) * 1000 : new Missing('needs two readings'))
    return {
      receivedBytes: interfaces.reduce((sum, each) => sum + each.received, 0),
      sentBytes: interfaces.reduce((sum, each) => sum + each.sent, 0),
      receivedBytesPerSecond: rate(received),
      sentBytesPerSecond: rate(sent),
    }
  }

  /** By interface, so that one that starts anew does not hide what another carried; one that went is forgotten. */
  #risen(interfaces: readonly Traffic[]): { received: number; sent: number } {
    const known = this.#deltas
    this.#deltas = new Map(interfaces.map(({ name }) => [name, known.get(name) ?? { received: new Delta(), sent: new Delta() }]))
    const risen = { received: 0, sent: 0 }
    for (const { name, received, sent } of interfaces) {
      risen.received += this.#deltas.get(name)?.received.next(received) ?? 0
      risen.sent += this.#deltas.get(name)?.sent.next(sent) ?? 0
    }
    return risen
  }
}

/** The interfaces of /proc/net/dev that count: name, bytes received, bytes sent. */
export function parseInterfaces(text: string): Traffic[] {
  return text.split('\n').flatMap((line) => {
    const [, name = '', figures = ''] = /^ *([^:|]+): *(.+)$/.exec(line) ?? []
    const columns = figures.trim().split(/ +/).map(Number)
    const [received = NaN, sent = NaN] = [columns[0], columns[8]]
    return name !== '' && !notCounted.test(name) && received >= 0 && sent >= 0 ? [{ name, received, sent }] : []
  })
}

function all(missing: Missing): NetworkFigures {
  return { receivedBytes: missing, sentBytes: missing, receivedBytesPerSecond: missing, sentBytesPerSecond: missing }
}
