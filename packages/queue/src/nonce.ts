import { randomBytes } from 'node:crypto'

/** 64 random bits as 11 base64url characters. */
export function randomNonce(): string {
  return randomBytes(8).toString('base64url')
}
