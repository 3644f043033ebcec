/** `call` with one run for all who ask within `ms` of its start; a failure is told to those who wait for it and not kept. */
export function sharedFor<Answer>(ms: number, call: () => Promise<Answer>): () => Promise<Answer> {
  let last: { readonly atMs: number; readonly answer: Promise<Answer> } | undefined
  return () => {
    const atMs = performance.now()
    if (last && atMs - last.atMs < ms) return last.answer
    const run = { atMs, answer: call() }
    last = run
    run.answer.catch(() => {
      if (last === run) last = undefined
    })
    return run.answer
  }
}
