const closers = new Set<() => void>()

function closeAll(): void {
  for (const close of closers) close()
}

/**
 * Runs `close`, which must not wait for the event loop, when the process exits. A thread that is inside the database library when
 * the process ends would abort it. The returned function takes it back.
 */
export function guardExit(close: () => void): () => void {
  if (closers.size === 0) process.on('exit', closeAll)
  closers.add(close)
  return () => {
    closers.delete(close)
    if (closers.size === 0) process.off('exit', closeAll)
  }
}
