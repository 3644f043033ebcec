import { vi } from 'vitest'

/** Tries `check` until it throws no more; for as long as a machine with too much to do may need, ms. */
export function waitUntil<Answer>(check: () => Answer | Promise<Answer>, timeoutMs = 15_000): Promise<Answer> {
  return vi.waitFor(check, { timeout: timeoutMs, interval: 10 })
}
