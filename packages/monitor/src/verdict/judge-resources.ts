import type { Finding } from './judge.ts'
import { disk, eventLoop, memory, passed, ping, redisMemory, statusBy, throttled } from './limits.ts'
import type { Limit } from './limits.ts'
import { percentWords, timeWords } from './words.ts'

/** One instance: means of its last minutes; undefined is what was not measured. */
export interface MachineFigures {
  readonly instance: string
  /** 0…1. */
  readonly eventLoopUtilization: number | undefined
  /** Percent. */
  readonly memory: number | undefined
  /** Percent. */
  readonly disk: number | undefined
  /** 0…1. */
  readonly throttled: number | undefined
}

export interface StoreLoad {
  readonly kind: 'redis' | 'embedded'
  readonly connected: boolean
  /** Percent of what it may use; undefined where that is not known, or is the disk. */
  readonly memory: number | undefined
  readonly memoryLimit: 'maxmemory' | 'system' | 'disk' | undefined
  /** P95 of the last minutes' pings, ms. */
  readonly pingMs: number | undefined
}

interface Resource {
  readonly subject: string
  readonly limit: Limit
  /** Of the figure to percent. */
  readonly factor: number
  readonly figure: (machine: MachineFigures) => number | undefined
  readonly text: (percent: string, limit: string, where: string) => string
}

const resources: readonly Resource[] = [
  {
    subject: 'event loop',
    limit: eventLoop,
    factor: 100,
    figure: (machine) => machine.eventLoopUtilization,
    text: (percent, limit, where) => `busy ${percent} of the time${where}, limit ${limit}`,
  },
  {
    subject: 'memory',
    limit: memory,
    factor: 1,
    figure: (machine) => machine.memory,
    text: (percent, limit, where) => `${percent} used${where}, limit ${limit}`,
  },
  {
    subject: 'disk',
    limit: disk,
    factor: 1,
    figure: (machine) => machine.disk,
    text: (percent, limit, where) => `${percent} used${where}, limit ${limit}`,
  },
  {
    subject: 'processor quota',
    limit: throttled,
    factor: 100,
    figure: (machine) => machine.throttled,
    text: (percent, limit, where) => `used up in ${percent} of its periods${where}, limit ${limit}`,
  },
]

/** One finding a resource: of the instance where it is worst. */
export function judgeMachines(machines: readonly MachineFigures[]): Finding[] {
  return resources.flatMap(({ subject, limit, factor, figure, text }) => {
    let worst: { readonly instance: string; readonly value: number } | undefined
    let beyond = 0
    for (const machine of machines) {
      const value = figure(machine)
      if (value === undefined || value < limit.warn) continue
      beyond += 1
      if (value > (worst?.value ?? -1)) worst = { instance: machine.instance, value }
    }
    if (!worst) return []
    const { value, instance } = worst
    const status = statusBy(limit, value)
    if (status === 'healthy') return []
    const more = beyond > 1 ? ` and ${beyond - 1} more` : ''
    const where = machines.length > 1 ? ` on ${instance}${more}` : ''
    const words = text(percentWords(value * factor), percentWords(passed(limit, value) * factor), where)
    return [{ kind: 'system' as const, subject, rule: limit.metric, status, text: words }]
  })
}

const memoryOf = { maxmemory: 'of maxmemory', system: 'of the machine’s memory', disk: 'of the disk' }

export function judgeStore({ kind, connected, memory: used, memoryLimit, pingMs }: StoreLoad): Finding[] {
  const subject = kind === 'redis' ? 'Redis' : 'the embedded file'
  const found: Finding[] = []
  const add = (rule: string, status: 'healthy' | 'degraded' | 'failing', text: string): void => {
    if (status !== 'healthy') found.push({ kind: 'redis', subject, rule, status, text })
  }
  if (!connected) add('away', 'failing', 'does not answer')
  if (used !== undefined && memoryLimit !== undefined) {
    const limit = percentWords(passed(redisMemory, used))
    add('memory', statusBy(redisMemory, used), `${percentWords(used)} ${memoryOf[memoryLimit]} used, limit ${limit}`)
  }
  if (pingMs !== undefined) add('ping', statusBy(ping, pingMs), `ping ${timeWords(pingMs)}, limit ${timeWords(passed(ping, pingMs))}`)
  return found
}
