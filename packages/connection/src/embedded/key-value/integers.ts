import { MillraceError } from '../../errors.ts'

const largest = 2n ** 63n - 1n

/** What is kept as text counts as Redis counts it: decimal integers of 64 bits. @throws MillraceError STORE_REFUSED naming `thing` */
export function sumOf(text: string, by: number, thing: string): bigint {
  if (!/^(?:0|-?[1-9]\d{0,18})$/.test(text)) throw new MillraceError('STORE_REFUSED', `The ${thing} holds no integer.`)
  const sum = BigInt(text) + BigInt(by)
  if (sum > largest || sum < -largest - 1n) throw new MillraceError('STORE_REFUSED', `The ${thing} would exceed 64 bits.`)
  return sum
}
