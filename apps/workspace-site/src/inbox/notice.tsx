import type { InboxItem } from '@millrace/contract'

/** What happened, in one sentence. */
export function Notice({ item: { kind, from, title } }: { readonly item: InboxItem }) {
  const who = <b>{from ?? 'Somebody'}</b>
  const what = <b>{title}</b>
  if (kind === 'watch')
    return (
      <>
        {who} changed {what}, which you watch
      </>
    )
  return (
    <>
      {who} mentioned you in {what}
    </>
  )
}
