import { MillraceError } from './errors.ts'

interface HostPort {
  readonly host: string
  readonly port: number
}

/** Where a store is. Credentials are in here and nowhere else. */
export type StoreAddress =
  | { readonly kind: 'file'; readonly directory: string }
  | {
      readonly kind: 'redis'
      /** `sentinel`: `nodes` are sentinels and `primaryName` is what they call the primary. `cluster`: `nodes` are some of its nodes. */
      readonly topology: 'single' | 'sentinel' | 'cluster'
      readonly nodes: readonly HostPort[]
      readonly primaryName: string | undefined
      readonly database: number
      readonly username: string | undefined
      readonly password: string | undefined
      /** The sentinels' own password (`?sentinelPassword=`). */
      readonly sentinelPassword: string | undefined
      readonly tls: boolean
      /** Without user name and password. */
      readonly description: string
    }

export type RedisAddress = Extract<StoreAddress, { kind: 'redis' }>

const allowed =
  'redis://[user:password@]host[:port][/database], rediss://… (the same over TLS), redis+sentinel://[user:password@]host[:port],…/primary-name[/database], redis+cluster://[user:password@]host[:port],… or file:./folder'

const schemes = new Map([
  ['redis', { topology: 'single', tls: false }],
  ['rediss', { topology: 'single', tls: true }],
  ['redis+sentinel', { topology: 'sentinel', tls: false }],
  ['redis+cluster', { topology: 'cluster', tls: false }],
] as const)

const ports = { single: 6379, sentinel: 26379, cluster: 6379 }

/**
 * Reads the URL of a store. `?tls=true` puts Sentinel and Cluster on TLS. Special characters of a password are percent-encoded.
 * @throws MillraceError OPTION_INVALID that names what is wrong, never the URL itself: it may hold a password
 */
export function parseUrl(url: string): StoreAddress {
  if (typeof url !== 'string' || url === '') throw invalid('it is empty')
  const scheme = /^([a-z][a-z0-9+.-]*):/i.exec(url)?.[1]?.toLowerCase()
  if (scheme === undefined) throw invalid('it has no scheme')
  if (scheme === 'file') return { kind: 'file', directory: parseFile(url.slice('file:'.length)) }
  const found = schemes.get(scheme as 'redis')
  if (!found) throw invalid(`${scheme}: is no store`)
  const parts = /^[^:]+:\/\/(?:([^/?#]*)@)?([^/?#@]*)(\/[^?#]*)?(?:\?([^#]*))?$/.exec(url)
  if (!parts) throw invalid('it cannot be read')
  const { topology } = found
  const nodes = parseNodes(parts[2] ?? '', ports[topology])
  const query = parseQuery(parts[4] ?? '')
  const tls = found.tls || query.get('tls') === 'true'
  const [primaryName, database] = parsePath(parts[3] ?? '', topology)
  const [username, password] = parseCredentials(parts[1])
  const path = [primaryName, database === 0 ? undefined : String(database)].filter((part) => part !== undefined).join('/')
  const where = nodes.map(({ host, port }) => `${host.includes(':') ? `[${host}]` : host}:${port}`).join(',')
  const description = `${scheme}://${where}${path === '' ? '' : `/${path}`}`
  const sentinelPassword = query.get('sentinelPassword')
  return { kind: 'redis', topology, nodes, primaryName, database, username, password, sentinelPassword, tls, description }
}

function parseFile(path: string): string {
  const plain = decode(path.replace(/^\/\/(?=\/)/, ''))
  if (plain === '' || plain.startsWith('//')) throw invalid('file: names no folder')
  return plain
}

function parseNodes(text: string, defaultPort: number): HostPort[] {
  return text.split(',').map((node) => {
    const parts = /^(?:\[([^\]]+)\]|([^:]*))(?::(\d+))?$/.exec(node.trim())
    const host = parts?.[1] ?? parts?.[2] ?? ''
    const port = parts?.[3] === undefined ? defaultPort : Number(parts[3])
    if (!parts || host === '') throw invalid('a host is missing or cannot be read')
    if (port < 1 || port > 65_535) throw invalid(`port ${port} is not 1…65535`)
    return { host, port }
  })
}

function parsePath(path: string, topology: RedisAddress['topology']): [primaryName: string | undefined, database: number] {
  const segments = path.split('/').slice(1).map(decode)
  if (segments.at(-1) === '') segments.pop()
  const primaryName = topology === 'sentinel' ? segments.shift() : undefined
  if (topology === 'sentinel' && !primaryName) throw invalid('the name of the primary is missing behind the sentinels')
  const [database = '0', ...more] = segments
  if (!/^\d{1,6}$/.test(database) || more.length > 0) throw invalid(`the database must be one number`)
  if (topology === 'cluster' && Number(database) !== 0) throw invalid('a cluster has only database 0')
  return [primaryName, Number(database)]
}

function parseQuery(text: string): Map<string, string> {
  const query = new Map(new URLSearchParams(text))
  for (const name of query.keys()) {
    if (name !== 'tls' && name !== 'sentinelPassword') throw invalid(`?${name} is unknown; known are tls and sentinelPassword`)
  }
  if (query.has('tls') && !['true', 'false'].includes(query.get('tls') as string)) throw invalid('?tls must be true or false')
  return query
}

function parseCredentials(text: string | undefined): [username: string | undefined, password: string | undefined] {
  if (text === undefined || text === '') return [undefined, undefined]
  const colon = text.indexOf(':')
  if (colon === -1) return [decode(text), undefined]
  return [decode(text.slice(0, colon)) || undefined, decode(text.slice(colon + 1)) || undefined]
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    throw invalid('a % in it is not followed by two hexadecimal digits')
  }
}

function invalid(what: string): MillraceError {
  return new MillraceError('OPTION_INVALID', `url: ${what}. Allowed are ${allowed}.`)
}
