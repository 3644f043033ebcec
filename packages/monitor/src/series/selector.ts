import { MillraceError } from '@millrace/connection'
import type { MetricSelector } from '../answers.ts'
import { parseSeriesKey } from './packed.ts'

const labelNames = ['queue', 'level', 'method', 'endpoint'] as const
const names: ReadonlySet<string> = new Set<keyof MetricSelector>([...labelNames, 'instance'])

/** @throws SELECTOR_INVALID naming what there is to select by */
export function requireSelector(selector: MetricSelector): void {
  if (typeof selector !== 'object' || selector === null)
    throw new MillraceError('SELECTOR_INVALID', `give an object of ${[...names].join(', ')}`)
  for (const [name, value] of Object.entries(selector)) {
    if (!names.has(name)) throw new MillraceError('SELECTOR_INVALID', `${name} is no selector; there are ${[...names].join(', ')}`)
    if (value !== undefined && typeof value !== 'string') throw new MillraceError('SELECTOR_INVALID', `${name}: give one text`)
  }
}

/** The series of a metric that the selector leaves, whichever process recorded them. */
export function matching(keys: Iterable<string>, metric: string, selector: MetricSelector): string[] {
  return [...keys].filter((key) => {
    const parsed = parseSeriesKey(key)
    return parsed.metric === metric && labelNames.every((name) => selector[name] === undefined || parsed.labels[name] === selector[name])
  })
}
