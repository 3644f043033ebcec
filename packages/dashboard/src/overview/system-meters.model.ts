import type { Instance, Summary } from '@millrace/contract'
import { shareOf } from '@millrace/ui'
import type { MeterProps } from '@millrace/ui'
import { roomOf, storeWords } from '../redis/store.model.ts'
import { resourcesOf } from '../system/meters.model.ts'

/** What an instance says of itself, 0…1 and null where it cannot, by the resource's name. */
const shares: Readonly<Record<string, (instance: Instance) => number | null>> = {
  CPU: ({ cpu }) => shareOf(cpu),
  Memory: ({ memory }) => shareOf(memory),
  Disk: ({ disk }) => shareOf(disk),
  'Event loop': ({ eventLoopUtilization }) => eventLoopUtilization,
}

/** The progress bars of the first screen: of each resource the instance that uses most of it. */
export function systemMeters(summary: Summary): MeterProps[] {
  const alive = summary.instances.filter(({ status }) => status === 'alive')
  const meters = resourcesOf(summary).flatMap((own): MeterProps[] => {
    const share = shares[own.name]
    if (share === undefined) return []
    const worst = alive.toSorted((a, b) => (share(b) ?? -1) - (share(a) ?? -1))[0]
    const usage = worst === undefined ? null : share(worst)
    // Only the answering instance says of what: of another one it is known how much, and where.
    const isElsewhere = worst !== undefined && usage !== null && worst.instance !== summary.system.instance && usage > (own.usage ?? -1)
    const name = own.name === 'Event loop' ? 'Application' : own.name
    return [isElsewhere ? { ...own, name, usage, of: `on ${worst.host}, process ${worst.pid}` } : { ...own, name }]
  })
  return [...meters, { name: storeWords(summary.redis.kind).meter, ...roomOf(summary) }]
}

/** How many processes were heard of lately; the answering one at least. */
export const aliveInstances = ({ instances }: Pick<Summary, 'instances'>) =>
  Math.max(1, instances.filter(({ status }) => status === 'alive').length)
