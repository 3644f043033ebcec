import { Bury } from 'millrace'

type Payload = Readonly<Record<string, unknown>>

/** @throws Bury unless the payload is an object */
export function asObject(payload: unknown): Payload {
  if (typeof payload === 'object' && payload !== null && !Array.isArray(payload)) return payload as Payload
  throw new Bury(`the payload is ${kindOf(payload)}, not an object`)
}

/** A text of `minLength`–`maxLength` characters. @throws Bury naming the field */
export function textField(payload: Payload, field: string, maxLength: number, minLength = 1): string {
  const value = payload[field]
  if (typeof value === 'string' && value.length >= minLength && value.length <= maxLength && !value.includes('\0')) return value
  throw new Bury(`\`${field}\` must be a text of ${minLength} to ${maxLength} characters, got ${kindOf(value)}`)
}

/** A list of texts; left out is none. @throws Bury naming the field */
export function textsField(payload: Payload, field: string, maxLength: number): string[] {
  const value = payload[field] ?? []
  if (!Array.isArray(value)) throw new Bury(`\`${field}\` must be a list of texts, got ${kindOf(value)}`)
  return value.map((_, index) => textField(value as unknown as Payload, String(index), maxLength))
}

/** A text as above, or null where it is null or left out. @throws Bury naming the field */
export function textFieldOrNull(payload: Payload, field: string, maxLength: number): string | null {
  return payload[field] === null || payload[field] === undefined ? null : textField(payload, field, maxLength)
}

/** A whole number `min`…2^53. @throws Bury naming the field */
export function wholeField(payload: Payload, field: string, min: number): number {
  const value = payload[field]
  if (typeof value === 'number' && Number.isSafeInteger(value) && value >= min) return value
  throw new Bury(`\`${field}\` must be a whole number from ${min} up, got ${kindOf(value)}`)
}

/** Counts by name; left out is none. @throws Bury naming the field */
export function countsField(payload: Payload, field: string): Record<string, number> {
  const value = payload[field]
  if (value === undefined) return {}
  const entries = Object.entries(asObject(value))
  for (const [name, count] of entries) {
    if (!Number.isSafeInteger(count) || (count as number) < 0)
      throw new Bury(`\`${field}.${name.slice(0, 64)}\` must be a whole number from 0 up`)
  }
  return Object.fromEntries(entries) as Record<string, number>
}

function kindOf(value: unknown): string {
  if (value === null || value === undefined) return String(value)
  if (Array.isArray(value)) return 'an array'
  if (typeof value === 'string') return `a text of ${value.length} characters`
  return typeof value === 'number' ? `the number ${value}` : `a ${typeof value}`
}
