import { MillraceError } from '../errors.ts'
import type { DurabilityGrade } from '../connection.ts'
import type { ServerInfo } from './redis-link.ts'

export interface Preflight {
  /** As the server names itself: `Redis 7.0.15`, `Valkey 8.1.0`; null where INFO is not allowed. */
  readonly version: string | null
  readonly durability: DurabilityGrade
  readonly appendfsync: string | undefined
  /** Sentences for an operator. An eviction policy is not among them: it is read anew each second. */
  readonly warnings: readonly string[]
}

interface Found {
  readonly info: ServerInfo
  /** The server's `appendfsync`; undefined where CONFIG is not allowed. */
  readonly appendfsync: string | undefined
  readonly allowEviction: boolean
  /** The store's URL without credentials. */
  readonly store: string
}

/**
 * What a server must be to hold messages, and what it promises about them.
 * @throws MillraceError STORE_TOO_OLD, STORE_EVICTS, OPTION_INVALID
 */
export function inspectServer({ info, appendfsync, allowEviction, store }: Found): Preflight {
  const warnings: string[] = []
  if (info.size === 0) {
    const what = 'version, eviction policy, persistence and memory are unknown'
    warnings.push(`The user of ${store} may not run INFO, so ${what}; allow +info.`)
    return { version: null, durability: 'volatile', appendfsync, warnings }
  }
  const version = checkVersion(info, store)
  if (info.get('cluster_enabled') === '1' && !store.startsWith('redis+cluster:')) {
    throw new MillraceError('OPTION_INVALID', `url: ${store} is a node of a Redis Cluster; write redis+cluster:// before its address.`)
  }
  const evicts = evictionWarning(info.get('maxmemory_policy'), store)
  if (evicts !== undefined && !allowEviction) {
    throw new MillraceError('STORE_EVICTS', `${evicts} (In code, connect(url, { allowEviction: true }) accepts the loss.)`)
  }
  if (info.get('aof_enabled') !== '1') {
    warnings.push(`${store} keeps no append-only file: a restart loses messages. Set appendonly yes.`)
    return { version, durability: 'volatile', appendfsync, warnings }
  }
  if (appendfsync === undefined) {
    warnings.push(
      `The user of ${store} may not run CONFIG GET, so whether a power cut loses the last second is unknown; allow +config|get.`,
    )
  } else if (appendfsync === 'no') {
    warnings.push(
      `${store} leaves syncing its append-only file to the system: a power cut may lose half a minute. Set appendfsync everysec.`,
    )
  }
  return { version, durability: appendfsync === 'always' ? 'power-safe' : 'crash-safe', appendfsync, warnings }
}

/** One sentence, or undefined where nothing is evicted. */
export function evictionWarning(policy: string | undefined, store: string): string | undefined {
  if (policy === undefined || policy === 'noeviction') return undefined
  const remedy =
    'write "maxmemory-policy noeviction" into redis.conf, and have it at once with: redis-cli CONFIG SET maxmemory-policy noeviction'
  return `${store} may evict messages: its maxmemory-policy is ${policy}; ${remedy}.`
}

function checkVersion(info: ServerInfo, store: string): string {
  const valkey = info.get('valkey_version')
  const [name, found, least] = valkey === undefined ? ['Redis', info.get('redis_version') ?? '0', [7, 0]] : ['Valkey', valkey, [7, 2]]
  const [major = 0, minor = 0] = found.split('.').map(Number)
  const [leastMajor, leastMinor] = least as [number, number]
  if (major < leastMajor || (major === leastMajor && minor < leastMinor)) {
    throw new MillraceError('STORE_TOO_OLD', `${store} is ${name} ${found}; Redis 7.0 or Valkey 7.2 is the oldest that will do.`)
  }
  return `${name} ${found}`
}
