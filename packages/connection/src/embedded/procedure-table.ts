import { fullDisk, toFailure } from './call-failure.ts'
import { isBroken } from './group-commit.ts'
import type { CallFailure } from './call-failure.ts'
import type { DiskGauge } from './disk-gauge.ts'
import type { GroupCommit } from './group-commit.ts'
import type { ProcedureModule } from './procedure.ts'
import type { NewProcedure } from './thread-messages.ts'

type Module = ProcedureModule<unknown, unknown>

type Loaded = { readonly definition: NewProcedure } & ({ readonly module: Module } | { readonly failure: CallFailure })

/** A module whose tables are made, or why it cannot be run now. */
type Ready = { readonly module: Module; readonly failure?: never } | { readonly module?: never; readonly failure: CallFailure }

/** In the store's thread: the modules behind the numbers the main thread speaks of. */
export class ProcedureTable {
  readonly #file: string
  readonly #group: GroupCommit
  readonly #gauge: DiskGauge
  readonly #onPrepared: () => void
  readonly #loaded = new Map<number, Loaded>()
  readonly #prepared = new Set<Module>()

  constructor(parts: { readonly file: string; readonly group: GroupCommit; readonly gauge: DiskGauge; readonly onPrepared: () => void }) {
    this.#file = parts.file
    this.#group = parts.group
    this.#gauge = parts.gauge
    this.#onPrepared = parts.onPrepared
  }

  /** Never rejects: a module that cannot be loaded fails its calls. */
  async load(definition: NewProcedure): Promise<void> {
    try {
      const module = (await import(definition.moduleUrl)) as Module
      if (typeof module.run !== 'function') throw new TypeError(`the module of procedure ${definition.name} exports no function run`)
      this.#loaded.set(definition.number, { definition, module })
    } catch (error) {
      this.#loaded.set(definition.number, { definition, failure: toFailure(error, this.#file) })
    }
  }

  /** Prepares a module before its first run. Throws only when the file is broken (`isBroken`). */
  ready(number: number): Ready {
    const loaded = this.#loaded.get(number) as Loaded
    if ('failure' in loaded) return { failure: loaded.failure }
    const { definition, module } = loaded
    // What is left of the disk belongs to the calls that finish what was taken.
    if (definition.effect === 'grow' && (this.#gauge.fillRatio() ?? 0) >= 1) return { failure: fullDisk(this.#file) }
    if (this.#prepared.has(module)) return { module }
    try {
      this.#group.prepare(module)
    } catch (error) {
      if (isBroken(error)) throw error
      return { failure: toFailure(error, this.#file) }
    }
    this.#prepared.add(module)
    this.#onPrepared()
    return { module }
  }
}
