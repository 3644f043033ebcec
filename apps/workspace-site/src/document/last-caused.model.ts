import type { CausedMessage } from '@millrace/contract'

/** Those of the newest version that caused any. */
export function lastCaused(messages: readonly CausedMessage[]): readonly CausedMessage[] {
  const newest = Math.max(...messages.map(({ cause }) => cause.version))
  return messages.filter(({ cause }) => cause.version === newest)
}
