import { createHash } from 'node:crypto'

const dayMs = 86_400_000

/** `2026-11-25`, UTC. */
export function dayOf(ms: number): string {
  return new Date(ms).toISOString().slice(0, 10)
}

/** The last `count` days to now, oldest first. */
export function lastDays(nowMs: number, count: number): string[] {
  return Array.from({ length: count }, (_, back) => dayOf(nowMs - (count - 1 - back) * dayMs))
}

/** By which a message that was counted is known again. 48 bits: two of 2,000 messages share one in 1 of 140 million workspaces. */
export function fingerprint(messageId: string): string {
  return createHash('sha1').update(messageId).digest('base64url').slice(0, 8)
}
