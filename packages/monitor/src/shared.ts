/**
 * `call` with one run for all who ask within `ms` of its start, and a run of their own for who asks for a fresh one; a failure is told to
 * those who wait for it and not kept.
 */
export function sharedFor<Answer>(ms: number, call: () => Promise<Answer>): (isFresh?: boolean) => Promise<Answer> {
  let last: { readonly atMs: number; readonly answer: Promise<Answer> } | undefined
  return (isFresh = false) => {
    const atMs = performance.now()
    if (!isFresh && last && atMs - last.atMs < ms) return last.answer
    const run = { atMs, answer: call() }
    last = run
    run.answer.catch(() => {
      if (last === run) last = undefined
    })
    return run.answer
  }
}
