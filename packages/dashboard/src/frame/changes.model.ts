import type { Summary } from '@millrace/contract'

/** What is said at most at once; the page has the rest. */
const most = 3

/** What changed its state from one answer to the next, as sentences to be read aloud. Nothing for a mere refresh. */
export function changesOf(before: Pick<Summary, 'verdict'>, after: Pick<Summary, 'verdict'>): string[] {
  const [old, now] = [before.verdict, after.verdict].map(
    ({ reasons }) => new Map(reasons.map(({ kind, subject, status }) => [`${kind} ${subject}`, { subject, status }])),
  )
  if (old === undefined || now === undefined) return []
  const worse = [...now]
    .filter(([key, { status }]) => old.get(key)?.status !== status)
    .map(([, { subject, status }]) => `${subject} is now ${status}`)
  const well = [...old].filter(([key]) => !now.has(key)).map(([, { subject }]) => `${subject} is well again`)
  const all = [...worse, ...well]
  return all.length > most ? [...all.slice(0, most), `and ${all.length - most} more changes`] : all
}
