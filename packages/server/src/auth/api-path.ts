import { pathOf } from '../errors/problem.ts'

/** True when a lenient reader would take the path for one below /api: any case, doubled slashes, dots, percent-encoding. */
export function looksLikeApi(url: string): boolean {
  let path = pathOf(url).replaceAll('\\', '/')
  for (let round = 0; round < 3 && path.includes('%'); round++) {
    path = path.replaceAll(/%([0-9a-f]{2})/gi, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)))
  }
  const parts: string[] = []
  for (const part of path.toLowerCase().replaceAll('\\', '/').split('/')) {
    if (part === '..') parts.pop()
    else if (part !== '' && part !== '.') parts.push(part)
  }
  return `/${parts.join('/')}/`.startsWith('/api/')
}
