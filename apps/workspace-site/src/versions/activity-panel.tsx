import { Panel, Skeleton } from '@millrace/ui'
import { useQuery } from '@tanstack/react-query'
import { useSource } from '../source.ts'

/** Height of the highest bar, px. */
const height = 40

/** Who read and wrote a document in the last 30 days. */
export function ActivityPanel({ id }: { readonly id: string }) {
  const { client } = useSource()
  const { data } = useQuery({ queryKey: ['activity', id], queryFn: ({ signal }) => client.getActivity({ params: { id }, signal }) })
  const most = Math.max(1, ...(data?.days.flatMap(({ readers, edits }) => [readers, edits]) ?? []))
  const heightOf = (count: number) => (count === 0 ? 0 : Math.max(2, (count / most) * height))
  return (
    <Panel title="Activity" note="30 days">
      <div className="panel-body activity">
        {data === undefined ? (
          <Skeleton width="100%" height={64} />
        ) : (
          <>
            <p>
              <b>{data.readers}</b> {data.readers === 1 ? 'reader' : 'readers'} · <b>{data.edits}</b>{' '}
              {data.edits === 1 ? 'version' : 'versions'}
              {data.editors.length > 0 && ` by ${data.editors.map(({ name, edits }) => `${name} (${edits})`).join(', ')}`}
            </p>
            <div className="activity-days" role="img" aria-label={daysInWords(data.days)}>
              {data.days.map(({ day, readers, edits }) => (
                <span key={day} title={`${day}: ${readers} readers, ${edits} versions`}>
                  <i className="readers" style={{ height: heightOf(readers) }} />
                  <i className="edits" style={{ height: heightOf(edits) }} />
                </span>
              ))}
            </div>
            <p className="quiet key">
              <span className="readers">readers</span> <span className="edits">versions</span> a day
            </p>
          </>
        )}
      </div>
    </Panel>
  )
}

function daysInWords(days: readonly { readonly day: string; readonly readers: number; readonly edits: number }[]): string {
  const busy = days.filter(({ readers, edits }) => readers + edits > 0)
  if (busy.length === 0) return 'No activity in 30 days'
  return busy.map(({ day, readers, edits }) => `${day}: ${readers} readers, ${edits} versions`).join('; ')
}
