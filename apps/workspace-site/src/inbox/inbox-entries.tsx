import { Icon, useNow } from '@millrace/ui'
import { Link, useLocation } from 'wouter'
import { ago } from '../documents/age.model.ts'
import { Notice } from './notice.tsx'
import { useInbox, useReadInbox } from './use-inbox.ts'

/** Notices that the column shows. */
const shown = 2

/** The inbox in the left column: how many are unread, and the newest of them. */
export function InboxEntries() {
  const [location] = useLocation()
  const nowMs = useNow(30_000)
  const { data } = useInbox()
  const { mutate: read } = useReadInbox()
  const unread = data?.items.filter(({ read }) => !read).slice(0, shown) ?? []
  return (
    <>
      <Link href="/inbox" className="place" aria-current={location === '/inbox' ? 'page' : undefined}>
        <Icon name="inbox" />
        Inbox
        {data !== undefined && data.unread > 0 && (
          <span className="unread">
            {data.unread}
            <span className="visually-hidden"> unread</span>
          </span>
        )}
      </Link>
      {unread.length > 0 && (
        <ul className="notices">
          {unread.map((item) => (
            <li key={item.id}>
              <Link href={`/documents/${item.documentId}`} onClick={() => read([item.id])}>
                <Notice item={item} />
                <span className="age">{ago(item.createdAtMs, nowMs)}</span>
              </Link>
            </li>
          ))}
        </ul>
      )}
    </>
  )
}
