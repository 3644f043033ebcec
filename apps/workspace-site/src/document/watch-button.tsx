import type { Document } from '@millrace/contract'
import { Icon } from '@millrace/ui'
import { useWatch } from './use-watch.ts'

/** Whether the reader is told of changes. */
export function WatchButton({ document }: { readonly document: Document }) {
  const { isBusy, toggle } = useWatch(document)
  const { watching } = document
  return (
    <button type="button" className="button watch" aria-pressed={watching} disabled={isBusy} onClick={toggle}>
      <Icon name={watching ? 'check' : 'watch'} />
      {watching ? 'Watching' : 'Watch'}
    </button>
  )
}
