import { cpus, freemem, loadavg, totalmem } from 'node:os'
import type { KernelFiles } from './kernel-files.ts'
import { Missing } from './reading.ts'
import type { Reading } from './reading.ts'

/** Time of all processors together since boot, in any one unit. */
interface ProcessorTimes {
  readonly idle: number
  readonly total: number
  readonly cores: number
}

export interface HostFigures {
  readonly cores: number
  /** Part of the time since the last reading that the processors were not idle, 0…1. */
  readonly busy: Reading
  /** Of 1, 5 and 15 minutes. */
  readonly load: Reading<readonly [number, number, number]>
  readonly totalBytes: number
  /** What could not be given to a new program without swapping. */
  readonly usedBytes: number
}

/** The machine as a whole; where there is no /proc, what `node:os` tells. */
export class HostCollector {
  readonly #files: KernelFiles
  #last: ProcessorTimes | undefined

  constructor(files: KernelFiles) {
    this.#files = files
  }

  async read(): Promise<HostFigures> {
    const [stat, meminfo, loads] = await Promise.all(['/proc/stat', '/proc/meminfo', '/proc/loadavg'].map((path) => this.#files.text(path)))
    const times = parseProcessorTimes(stat ?? '') ?? processorTimesOfNode()
    const memory = parseMemory(meminfo ?? '') ?? { totalBytes: totalmem(), usedBytes: totalmem() - freemem() }
    return { cores: times.cores, busy: this.#busy(times), load: parseLoad(loads ?? '') ?? loadOfNode(), ...memory }
  }

  #busy(times: ProcessorTimes): Reading {
    const last = this.#last
    this.#last = times
    if (!last) return new Missing('needs two readings')
    const total = times.total - last.total
    if (total <= 0) return new Missing('no processor time passed since the last reading')
    // The idle time of the kernel may step back a little (iowait does).
    return Math.min(1, Math.max(0, 1 - (times.idle - last.idle) / total))
  }
}

/** The lines `cpu` and `cpu<n>` of /proc/stat. Waiting for disks is idle; guests are counted in user time already. */
export function parseProcessorTimes(stat: string): ProcessorTimes | undefined {
  const fields = /^cpu +(.+)$/m.exec(stat)?.[1]?.split(' ').map(Number)
  if (!fields || fields.length < 4 || fields.some((field) => !Number.isFinite(field))) return undefined
  const [idle = 0, iowait = 0] = fields.slice(3, 5)
  const total = fields.slice(0, 8).reduce((sum, field) => sum + field, 0)
  return { idle: idle + iowait, total, cores: Math.max(1, stat.match(/^cpu\d+ /gm)?.length ?? 0) }
}

/** Total and used of /proc/meminfo: used is what is not `MemAvailable`, for free memory alone leaves out caches that can be given back. */
export function parseMemory(meminfo: string): { totalBytes: number; usedBytes: number } | undefined {
  const kib = (name: string) => Number(new RegExp(`^${name}: +(\\d+) kB$`, 'm').exec(meminfo)?.[1])
  const [total, available] = [kib('MemTotal'), kib('MemAvailable')]
  return total > 0 && available >= 0 ? { totalBytes: total * 1024, usedBytes: Math.max(0, total - available) * 1024 } : undefined
}

export function parseLoad(text: string): readonly [number, number, number] | undefined {
  const [one = NaN, five = NaN, fifteen = NaN] = text === '' ? [] : text.split(' ', 3).map(Number)
  return [one, five, fifteen].every((load) => load >= 0) ? [one, five, fifteen] : undefined
}

function processorTimesOfNode(): ProcessorTimes {
  const all = cpus()
  const sum = (of: (times: (typeof all)[number]['times']) => number) => all.reduce((total, { times }) => total + of(times), 0)
  return {
    idle: sum((times) => times.idle),
    total: sum((times) => times.user + times.nice + times.sys + times.idle + times.irq),
    cores: Math.max(1, all.length),
  }
}

function loadOfNode(): Reading<readonly [number, number, number]> {
  if (process.platform === 'win32') return new Missing('Windows has no load average')
  const [one = 0, five = 0, fifteen = 0] = loadavg()
  return [one, five, fifteen]
}
