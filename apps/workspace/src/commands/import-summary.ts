import type { ImportProgress } from '@millrace/contract'

export interface LeftOut {
  readonly path: string
  readonly reason: string
}

const listed = 200

/** What an import of `files` files came to, as lines for people. `folder` is how it was given. */
export function summaryOf(
  folder: string,
  progress: ImportProgress,
  leftOut: readonly LeftOut[],
  options: { readonly files: number; readonly waited: boolean; readonly notListed: number },
): string {
  const { counts, state } = progress
  const unchanged = counts.unchanged > 0 ? `, ${counts.unchanged} unchanged` : ''
  const sentences = [
    `${state === 'cancelled' ? 'Cancelled the import of' : 'Imported'} ${folder}: ${many(counts.stored - counts.unchanged, 'document')} stored${unchanged}, ${counts.indexed} found by search, ${many(counts.mentions, 'mention')}.`,
  ]
  const waiting = counts.accepted - counts.indexed - counts.failed - counts.cancelled
  if (counts.failed > 0) {
    sentences.push(`${many(counts.failed, 'document')} failed:`)
    for (const { path, reason } of progress.failed.slice(0, listed)) sentences.push(`  ${path}: ${reason}`)
    if (counts.failed > listed) sentences.push(`  … and ${counts.failed - listed} more`)
  }
  if (state === 'interrupted') sentences.push('The upload broke off: import the folder again, and what is stored is not stored twice.')
  const notStored = options.files - counts.stored - counts.failed - counts.skipped
  if (state === 'cancelled' && notStored > 0) sentences.push(`${many(notStored, 'file')} not stored.`)
  else if (waiting > 0)
    sentences.push(`${many(waiting, 'document')} still on the way${options.waited ? '' : '; this command did not wait'}.`)
  const all = [...leftOut, ...progress.skipped.map(({ path, detail }) => ({ path, reason: detail }))]
  const total = all.length + (counts.skipped - progress.skipped.length) + options.notListed
  if (total > 0) sentences.push(`Left out: ${total}`)
  for (const { path, reason } of all.slice(0, listed)) sentences.push(`  ${path}: ${reason}`)
  if (total > listed) sentences.push(`  … and ${total - listed} more`)
  return `${sentences.join('\n')}\n`
}

function many(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`
}
