import { MillraceError } from './errors.ts'
import type { ConnectionOptions } from './connection.ts'

/** Options with every default filled in. `log` stays undefined where nobody listens. */
export interface ResolvedOptions extends Required<Omit<ConnectionOptions, 'log'>> {
  readonly log: ConnectionOptions['log']
}

const defaults = {
  prefix: 'millrace:',
  wait: false,
  commandTimeoutMs: 5_000,
  callTimeoutMs: 30_000,
  poolSize: 4,
  allowEviction: false,
  durability: 'crash-safe',
  log: undefined,
  testClock: false,
} as const satisfies ResolvedOptions

/** @throws MillraceError OPTION_INVALID that names the option, what came, and what is allowed */
export function resolveOptions(options: ConnectionOptions = {}): ResolvedOptions {
  for (const name of Object.keys(options)) {
    if (!Object.hasOwn(defaults, name)) throw invalid(`${name} is unknown; known are ${Object.keys(defaults).join(', ')}`)
  }
  const given = Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined))
  const resolved: ResolvedOptions = { ...defaults, ...given }
  if (typeof resolved.prefix !== 'string' || !/^[!-z|~]{0,64}$/.test(resolved.prefix)) {
    throw invalid('prefix must be at most 64 printable ASCII characters without space and braces')
  }
  for (const name of ['wait', 'allowEviction', 'testClock'] as const) {
    if (typeof resolved[name] !== 'boolean') throw invalid(`${name} must be true or false`)
  }
  checkRange('commandTimeoutMs', resolved.commandTimeoutMs, 50, 3_600_000)
  checkRange('callTimeoutMs', resolved.callTimeoutMs, 50, 86_400_000)
  checkRange('poolSize', resolved.poolSize, 1, 64)
  if (!['crash-safe', 'power-safe'].includes(resolved.durability)) throw invalid("durability must be 'crash-safe' or 'power-safe'")
  return resolved
}

function checkRange(name: string, value: number, least: number, most: number): void {
  if (Number.isSafeInteger(value) && value >= least && value <= most) return
  throw invalid(`${name} is ${String(value).slice(0, 40)}; allowed is an integer of ${least}…${most}`)
}

function invalid(what: string): MillraceError {
  return new MillraceError('OPTION_INVALID', `options: ${what}.`)
}
