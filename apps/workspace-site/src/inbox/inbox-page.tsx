import { Button, Empty, formatMoment, Panel, Skeleton, useNow } from '@millrace/ui'
import { Link } from 'wouter'
import { ago } from '../documents/age.model.ts'
import { Failure } from '../frame/failure.tsx'
import { Page } from '../frame/page.tsx'
import { Notice } from './notice.tsx'
import { useInbox, useReadInbox } from './use-inbox.ts'

/** Who mentioned the reader, newest first. */
export function InboxPage() {
  const { data, error, refetch } = useInbox()
  const nowMs = useNow(30_000)
  const { mutate: read } = useReadInbox()
  return (
    <Page title="Inbox" crumb={<h1>Inbox</h1>}>
      {error !== null && <Failure title="The inbox could not be read." error={error} retry={() => void refetch()} />}
      <Panel
        title="Inbox"
        {...(data === undefined ? {} : { note: `${data.unread} unread` })}
        end={
          data !== undefined &&
          data.unread > 0 && (
            <Button icon="check" onClick={() => read(undefined)}>
              Mark all read
            </Button>
          )
        }
      >
        {data?.items.length === 0 && (
          <Empty title="Nothing for you yet">
            Whoever writes @ and your name in a document tells you of it here, and so does a document that you watch when it changes.
          </Empty>
        )}
        <ul className="entries">
          {data === undefined && error === null && (
            <li className="entry">
              <Skeleton width={220} />
            </li>
          )}
          {data?.items.map((item) => (
            <li key={item.id} className="entry" data-unread={!item.read || undefined}>
              <Link href={`/documents/${item.documentId}`} onClick={() => !item.read && read([item.id])}>
                <span className="what">
                  <Notice item={item} />
                  {item.urgent && <span className="urgent">urgent</span>}
                </span>
                <span className="excerpt">{item.excerpt}</span>
              </Link>
              {!item.read && (
                <button type="button" className="link" onClick={() => read([item.id])}>
                  Mark read
                </button>
              )}
              <time dateTime={new Date(item.createdAtMs).toISOString()} title={formatMoment(item.createdAtMs, nowMs)}>
                {ago(item.createdAtMs, nowMs)}
              </time>
            </li>
          ))}
        </ul>
      </Panel>
    </Page>
  )
}
