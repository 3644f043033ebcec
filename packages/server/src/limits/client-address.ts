import { isIP } from 'node:net'

/**
 * What is counted as one client: an IPv4 address, or the /64 of an IPv6 one, of which a subscriber has all. An IPv4 address in
 * IPv6 clothes (`::ffff:192.0.2.1`) is that IPv4 address. Whatever is no address is one client together, so that a proxy which
 * passes on what it was told opens no way around.
 */
export function clientAddressOf(address: string): string {
  const bare = address.replace(/^\[(.*)\](?::\d+)?$/, '$1').replace(/%.*$/, '')
  const withoutPort = /^[\d.]+:\d+$/.test(bare) ? bare.slice(0, bare.indexOf(':')) : bare
  switch (isIP(withoutPort)) {
    case 4:
      return withoutPort
    case 6:
      return networkOf(groupsOf(withoutPort))
    default:
      return 'unknown'
  }
}

function networkOf(groups: readonly number[]): string {
  const isMapped = groups.slice(0, 5).every((group) => group === 0) && groups[5] === 0xffff
  if (isMapped) return [groups[6]! >> 8, groups[6]! & 255, groups[7]! >> 8, groups[7]! & 255].join('.')
  return `${groups
    .slice(0, 4)
    .map((group) => group.toString(16))
    .join(':')}::/64`
}

/** The eight groups of a valid IPv6 address. */
function groupsOf(address: string): number[] {
  const [head = '', tail] = address.split('::')
  const before = parse(head)
  const after = tail === undefined ? [] : parse(tail)
  return [...before, ...Array.from({ length: 8 - before.length - after.length }, () => 0), ...after]
}

function parse(part: string): number[] {
  if (part === '') return []
  return part.split(':').flatMap((group) => {
    if (!group.includes('.')) return [Number.parseInt(group, 16)]
    const [a = 0, b = 0, c = 0, d = 0] = group.split('.').map(Number)
    return [(a << 8) | b, (c << 8) | d]
  })
}
