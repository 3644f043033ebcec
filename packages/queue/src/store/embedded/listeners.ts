/**
 * Who listens, as the store's thread knows it: by channel, the listeners `listen` told of. Not part of the file, so it is kept apart from
 * a context's memory: a rollback makes nobody deaf.
 */
const listeners = new Map<string, Set<number>>()

/** Signals of one worker. Within one file, and so within one thread. */
export function channelOf(queue: string, worker: string): string {
  return `${queue}:worker:${worker}`
}

export function addListener(channel: string, listener: number): void {
  const known = listeners.get(channel)
  if (known) known.add(listener)
  else listeners.set(channel, new Set([listener]))
}

export function removeListener(channel: string, listener: number): void {
  const known = listeners.get(channel)
  known?.delete(listener)
  if (known?.size === 0) listeners.delete(channel)
}

export function isHeard(channel: string): boolean {
  return listeners.has(channel)
}
