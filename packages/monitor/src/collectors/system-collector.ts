import type { Connection } from '@millrace/connection'
import { ContainerCollector } from './container.ts'
import type { ContainerFigures } from './container.ts'
import { DiskCollector } from './disk.ts'
import type { DiskFigures } from './disk.ts'
import { EventLoopCollector } from './event-loop.ts'
import type { EventLoopFigures } from './event-loop.ts'
import { GcCollector } from './gc.ts'
import type { GcFigures } from './gc.ts'
import { HostCollector } from './host.ts'
import type { HostFigures } from './host.ts'
import { KernelFiles } from './kernel-files.ts'
import { NetworkCollector } from './network.ts'
import type { NetworkFigures } from './network.ts'
import { ProcessCollector } from './process.ts'
import type { ProcessFigures } from './process.ts'
import { StoreCollector } from './store.ts'
import type { StoreReading } from './store.ts'

/** Everything that was read at one moment; rates are over the time since the sample before. */
export interface SystemSample {
  /** ms since 1970. */
  readonly takenAtMs: number
  readonly host: HostFigures
  readonly container: ContainerFigures
  readonly disk: DiskFigures
  readonly network: NetworkFigures
  readonly store: StoreReading
  readonly process: ProcessFigures
  readonly eventLoop: EventLoopFigures
  readonly gc: GcFigures
}

export interface SystemCollectorOptions {
  readonly connection: Connection
  /** A path of the file system that is watched. */
  readonly disk: string
  /** ms since 1970. */
  readonly now: () => number
  /** In front of /proc and /sys. */
  readonly root?: string
}

/** All collectors of this process and its machine. Each reading is against the one before, so one caller at a time is served. */
export class SystemCollector {
  readonly #now: () => number
  readonly #host: HostCollector
  readonly #container: ContainerCollector
  readonly #disk: DiskCollector
  readonly #network: NetworkCollector
  readonly #store: StoreCollector
  readonly #process = new ProcessCollector()
  readonly #eventLoop = new EventLoopCollector()
  readonly #gc = new GcCollector()
  #sampling: Promise<SystemSample> | undefined

  constructor({ connection, disk, now, root }: SystemCollectorOptions) {
    const files = new KernelFiles(root)
    this.#now = now
    this.#host = new HostCollector(files)
    this.#container = new ContainerCollector(files)
    this.#disk = new DiskCollector(disk)
    this.#network = new NetworkCollector(files)
    this.#store = new StoreCollector(connection)
  }

  /** Begins what is measured all the time: the event loop's delay and garbage collections. */
  start(): void {
    this.#eventLoop.start()
    this.#gc.start(performance.now())
  }

  stop(): void {
    this.#eventLoop.stop()
    this.#gc.stop()
  }

  /** Reads everything, in 2 s at most. Never rejects: what cannot be had says why. */
  sample(): Promise<SystemSample> {
    this.#sampling ??= this.#sample().finally(() => (this.#sampling = undefined))
    return this.#sampling
  }

  async #sample(): Promise<SystemSample> {
    const atMs = performance.now()
    const own = { process: this.#process.read(atMs), eventLoop: this.#eventLoop.read(), gc: this.#gc.read(atMs) }
    const [machine, disk, network, store] = await Promise.all([
      this.#machine(atMs),
      this.#disk.read(),
      this.#network.read(atMs),
      this.#store.read(),
    ])
    return { takenAtMs: this.#now(), ...machine, disk, network, store, ...own }
  }

  async #machine(atMs: number): Promise<Pick<SystemSample, 'host' | 'container'>> {
    const host = await this.#host.read()
    return { host, container: await this.#container.read(host, atMs) }
  }
}
