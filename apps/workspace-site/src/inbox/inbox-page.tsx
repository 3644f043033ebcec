import { Empty, formatAge, formatMoment, Panel, Skeleton, useNow } from '@millrace/ui'
import { Link } from 'wouter'
import { Failure } from '../frame/failure.tsx'
import { Page } from '../frame/page.tsx'
import { Notice } from './notice.tsx'
import { useInbox } from './use-inbox.ts'

/** Who mentioned the reader, newest first. */
export function InboxPage() {
  const { data, error, refetch } = useInbox()
  const nowMs = useNow(30_000)
  return (
    <Page title="Inbox" crumb={<h1>Inbox</h1>}>
      {error !== null && <Failure title="The inbox could not be read." error={error} retry={() => void refetch()} />}
      <Panel title="Inbox" {...(data === undefined ? {} : { note: `${data.unread} unread` })}>
        {data?.items.length === 0 && (
          <Empty title="Nothing for you yet">Whoever writes @ and your name in a document tells you of it here.</Empty>
        )}
        <ul className="entries">
          {data === undefined && error === null && (
            <li className="entry">
              <Skeleton width={220} />
            </li>
          )}
          {data?.items.map((item) => (
            <li key={item.id} className="entry" data-unread={!item.read || undefined}>
              <Link href={`/documents/${item.documentId}`}>
                <span className="what">
                  <Notice item={item} />
                </span>
                <span className="excerpt">{item.excerpt}</span>
              </Link>
              <time dateTime={new Date(item.createdAtMs).toISOString()} title={formatMoment(item.createdAtMs, nowMs)}>
                {formatAge(nowMs - item.createdAtMs)}
              </time>
            </li>
          ))}
        </ul>
      </Panel>
    </Page>
  )
}
