import { MillraceError } from '@millrace/connection'
import type { RequestDetails } from '../performance-monitoring-service.ts'

/** What `recordAPIRequest` was called with. */
export type RequestArguments = readonly [endpoint: string, method: string, responseTime: number, success: boolean, details?: RequestDetails]

/** @throws OPTION_INVALID naming the argument, what it is and what is allowed */
export function requireRequest(...[endpoint, method, responseTime, success, details]: RequestArguments): void {
  if (typeof endpoint !== 'string' || endpoint === '') refuse('endpoint', 'the pattern of a route, as /users/:id', endpoint)
  if (typeof method !== 'string' || method === '') refuse('method', 'a method, as GET', method)
  if (!(typeof responseTime === 'number' && Number.isFinite(responseTime)))
    refuse('responseTime', 'milliseconds, a finite number', responseTime)
  if (typeof success !== 'boolean') refuse('success', 'true, or false for a status of 500 and up', success)
  if (details === undefined) return
  if (typeof details !== 'object' || details === null) refuse('details', 'an object with clientError', details)
  const { clientError } = details
  if (clientError !== undefined && typeof clientError !== 'boolean') {
    refuse('details.clientError', 'true for a status of 400 to 499, else false', clientError)
  }
}

function refuse(name: string, allowed: string, value: unknown): never {
  const given =
    typeof value === 'string' ? JSON.stringify(value) : typeof value === 'object' && value !== null ? 'an object' : String(value)
  throw new MillraceError('OPTION_INVALID', `recordAPIRequest: ${name}: give ${allowed}, got ${given}`)
}
