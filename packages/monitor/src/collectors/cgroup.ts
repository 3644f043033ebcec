/** Where a process is in the trees of control groups: pure reading of the kernel's texts, of version 2 and 1. */

/** One tree: where it is mounted, and the group inside it. */
export interface Membership {
  readonly version: 1 | 2
  /** Folders in which the tree may be mounted, the likelier first. */
  readonly mounts: readonly string[]
  /** `/` for the root. */
  readonly path: string
}

const mountRoot = '/sys/fs/cgroup'

/** The tree that rules a controller (`memory`, `cpu`, `cpuacct`), by /proc/self/cgroup; undefined where there is none. */
export function parseMembership(text: string, controller: string): Membership | undefined {
  let unified: Membership | undefined
  for (const line of text.split('\n')) {
    const [, id = '', names = '', path = ''] = /^(\d+):([^:]*):(\/.*)$/.exec(line) ?? []
    if (id === '') continue
    const safe = path.split('/').includes('..') ? '/' : path
    if (names.split(',').includes(controller)) {
      return { version: 1, mounts: [...new Set([`${mountRoot}/${names}`, `${mountRoot}/${controller}`])], path: safe }
    }
    if (id === '0' && names === '') unified = { version: 2, mounts: [mountRoot], path: safe }
  }
  return unified
}

/** A group and those around it, innermost first, as paths below the mount. A container may see its own group as the root. */
export function levelsOf(path: string): string[] {
  const parts = path.split('/').filter(Boolean).slice(0, 32)
  return Array.from({ length: parts.length + 1 }, (_, index) =>
    parts
      .slice(0, parts.length - index)
      .map((part) => `/${part}`)
      .join(''),
  )
}

/** A limit in bytes; undefined where it is none: `max`, or a number that no machine has (2^63 less a page, 2^64 less one). */
export function parseBytesLimit(text: string | undefined): number | undefined {
  const value = Number(text?.trim() || NaN)
  return value >= 0 && value < 2 ** 62 ? value : undefined
}

/** Processors that a quota is worth: `cpu.max` of version 2, `50000 100000`. */
export function parseCpuMax(text: string | undefined): number | undefined {
  const [quota, period] = (text ?? '').trim().split(' ')
  return quotaOf(quota, period)
}

/** As `parseCpuMax`, from the two files of version 1, where -1 is no quota. */
export function quotaOf(quota: string | undefined, period: string | undefined): number | undefined {
  const cores = Number(quota?.trim() || NaN) / Number(period?.trim() || NaN)
  return cores > 0 && Number.isFinite(cores) ? cores : undefined
}

/** One number of a file of lines `name number`. */
export function parseField(text: string | undefined, name: string): number | undefined {
  const found = new RegExp(`^${name} (\\d+)$`, 'm').exec(text ?? '')?.[1]
  return found === undefined ? undefined : Number(found)
}

/** The smallest of the limits; of equal ones the outermost, which others share. */
export function tightest<Level extends { readonly limit: number | undefined }>(
  levels: readonly Level[],
): (Level & { limit: number }) | undefined {
  let found: (Level & { limit: number }) | undefined
  for (const level of levels) {
    const { limit } = level
    if (limit !== undefined && (!found || limit <= found.limit)) found = { ...level, limit }
  }
  return found
}
