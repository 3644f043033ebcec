import { levelsOf, parseBytesLimit, parseCpuMax, parseField, parseMembership, quotaOf, tightest } from './cgroup.ts'
import type { Membership } from './cgroup.ts'
import { Delta } from './delta.ts'
import type { KernelFiles } from './kernel-files.ts'
import { Missing } from './reading.ts'
import type { Reading } from './reading.ts'

export interface ContainerFigures {
  /** Undefined where no group around this process has a limit that is below the machine's. */
  readonly memory: { readonly limitBytes: number; readonly workingSetBytes: Reading } | undefined
  readonly cpu:
    | {
        /** What the quota is worth; may be a fraction. */
        readonly cores: number
        /** Processors used since the last reading, by all that share the quota. */
        readonly coresUsed: Reading
        /** Part of the quota's periods since the last reading in which it was used up, 0…1. */
        readonly throttled: Reading
      }
    | undefined
  /** Processes of this group that the kernel ended for want of memory since the last reading. */
  readonly oomKills: Reading
}

const twoReadings = new Missing('needs two readings')

/** What control groups (version 2, 1, or both side by side) allow this process, from the leaf to the root. */
export class ContainerCollector {
  readonly #files: KernelFiles
  readonly #usage = new Delta()
  readonly #periods = new Delta()
  readonly #throttled = new Delta()
  readonly #oomKills = new Delta()
  #quotaGroup: string | undefined
  #usageReadAtMs: number | undefined

  constructor(files: KernelFiles) {
    this.#files = files
  }

  /** @param host limits above what the machine has are none @param atMs of a clock that never steps back */
  async read(host: { readonly cores: number; readonly totalBytes: number }, atMs: number): Promise<ContainerFigures> {
    const memberships = await this.#files.text('/proc/self/cgroup')
    if (memberships === undefined) {
      return { memory: undefined, cpu: undefined, oomKills: new Missing('this system has no control groups') }
    }
    const [memory, cpu, cpuacct] = await Promise.all(
      ['memory', 'cpu', 'cpuacct'].map((controller) => this.#tree(parseMembership(memberships, controller))),
    )
    return {
      memory: memory && (await this.#memory(memory, host.totalBytes)),
      cpu: cpu && (await this.#cpu(cpu, cpuacct, host.cores, atMs)),
      oomKills: memory ? await this.#killed(memory) : new Missing('no memory controller'),
    }
  }

  async #memory({ version, mount, levels }: Tree, totalBytes: number): Promise<ContainerFigures['memory']> {
    const [limitFile, usageFile, cacheField] =
      version === 2
        ? (['memory.max', 'memory.current', 'inactive_file'] as const)
        : (['memory.limit_in_bytes', 'memory.usage_in_bytes', 'total_inactive_file'] as const)
    const found = await this.#tightest(levels, async (level) => parseBytesLimit(await this.#files.text(`${mount}${level}/${limitFile}`)))
    if (!found || found.limit >= totalBytes) return undefined
    const group = `${mount}${found.level}`
    const [usage, stat] = await Promise.all([this.#files.text(`${group}/${usageFile}`), this.#files.text(`${group}/memory.stat`)])
    const usedBytes = parseBytesLimit(usage)
    // What is not used lately of the page cache is given back before anybody is killed: it is not what the group needs.
    const workingSetBytes =
      usedBytes === undefined
        ? new Missing(`${group}/${usageFile} cannot be read`)
        : Math.max(0, usedBytes - (parseField(stat, cacheField) ?? 0))
    return { limitBytes: found.limit, workingSetBytes }
  }

  async #cpu(tree: Tree, cpuacct: Tree | undefined, hostCores: number, atMs: number): Promise<ContainerFigures['cpu']> {
    const { version, mount, levels } = tree
    const found = await this.#tightest(levels, async (level) => {
      if (version === 2) return parseCpuMax(await this.#files.text(`${mount}${level}/cpu.max`))
      const [quota, period] = await Promise.all(
        ['cpu.cfs_quota_us', 'cpu.cfs_period_us'].map((file) => this.#files.text(`${mount}${level}/${file}`)),
      )
      return quotaOf(quota, period)
    })
    if (!found || found.limit >= hostCores) return undefined
    const group = `${mount}${found.level}`
    const stat = await this.#files.text(`${group}/cpu.stat`)
    const usedUs =
      version === 2 ? parseField(stat, 'usage_usec') : await this.#usedUsOfVersion1(found.level, [mount, cpuacct?.mount ?? mount])
    // Another group than last time: its counters cannot be compared with the last ones.
    const compares = this.#quotaGroup === group
    this.#quotaGroup = group
    return {
      cores: found.limit,
      coresUsed: this.#coresUsed(usedUs, atMs, compares),
      throttled: this.#throttling(stat, compares),
    }
  }

  #coresUsed(usedUs: number | undefined, atMs: number, compares: boolean): Reading {
    if (usedUs === undefined) return new Missing('the control group does not tell the processor time used')
    const usedBefore = this.#usage.next(usedUs)
    const sinceMs = atMs - (this.#usageReadAtMs ?? atMs)
    this.#usageReadAtMs = atMs
    return usedBefore === undefined || !compares || sinceMs <= 0 ? twoReadings : usedBefore / 1000 / sinceMs
  }

  #throttling(stat: string | undefined, compares: boolean): Reading {
    const [periods, throttled] = [parseField(stat, 'nr_periods'), parseField(stat, 'nr_throttled')]
    if (periods === undefined || throttled === undefined) return new Missing('the control group does not tell its throttling')
    const [passed, used] = [this.#periods.next(periods), this.#throttled.next(throttled)]
    if (passed === undefined || used === undefined || !compares) return twoReadings
    return passed === 0 ? 0 : Math.min(1, used / passed)
  }

  async #usedUsOfVersion1(level: string, mounts: readonly string[]): Promise<number | undefined> {
    for (const mount of new Set(mounts)) {
      const ns = parseBytesLimit(await this.#files.text(`${mount}${level}/cpuacct.usage`))
      if (ns !== undefined) return ns / 1000
    }
    return undefined
  }

  async #killed({ version, mount, levels }: Tree): Promise<Reading> {
    const file = version === 2 ? 'memory.events' : 'memory.oom_control'
    for (const level of levels) {
      const kills = parseField(await this.#files.text(`${mount}${level}/${file}`), 'oom_kill')
      if (kills !== undefined) return this.#oomKills.next(kills) ?? 0
    }
    return new Missing(`no ${file}`)
  }

  async #tightest(levels: readonly string[], limitOf: (level: string) => Promise<number | undefined>) {
    return tightest(await Promise.all(levels.map(async (level) => ({ level, limit: await limitOf(level) }))))
  }

  async #tree(membership: Membership | undefined): Promise<Tree | undefined> {
    if (!membership) return undefined
    for (const mount of membership.mounts) {
      if (await this.#files.exists(mount)) return { version: membership.version, mount, levels: levelsOf(membership.path) }
    }
    return undefined
  }
}

interface Tree {
  readonly version: 1 | 2
  readonly mount: string
  readonly levels: readonly string[]
}
