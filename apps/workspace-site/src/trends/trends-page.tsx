import type { TrendDay, Trends } from '@millrace/contract'
import { Empty, Panel, Skeleton, Table } from '@millrace/ui'
import type { Column } from '@millrace/ui'
import { useQuery } from '@tanstack/react-query'
import { Link } from 'wouter'
import { Failure } from '../frame/failure.tsx'
import { Page } from '../frame/page.tsx'
import { useSource } from '../source.ts'
import { DayBars } from './day-bars.tsx'

const figures = [
  ['views', 'Read', 'times a document was opened'],
  ['documents', 'Written', 'versions that were stored'],
  ['searches', 'Searched', 'searches'],
  ['mentions', 'Mentioned', 'times somebody was named'],
] as const satisfies readonly (readonly [keyof TrendDay, string, string])[]

/** What was read, written and searched in the last seven days. */
export function TrendsPage() {
  const { client } = useSource()
  const { data, error, refetch } = useQuery({
    queryKey: ['trends'],
    refetchInterval: 30_000,
    queryFn: ({ signal }) => client.getTrends({ signal }),
  })
  return (
    <Page title="Activity" crumb={<h1>Activity</h1>}>
      {error !== null && <Failure title="The trends could not be read." error={error} retry={() => void refetch()} />}
      <div className="trend-figures">
        {figures.map(([key, name, what]) => (
          <Panel key={key} title={name} note="7 days">
            <div className="panel-body">
              {data === undefined ? (
                <Skeleton width="100%" height={92} />
              ) : (
                <DayBars
                  label={`${name} a day: ${what}`}
                  days={data.days.map((day) => ({ day: day.day, count: day[key] }))}
                  total={data.totals[key]}
                />
              )}
            </div>
          </Panel>
        ))}
      </div>
      <div className="trend-lists">
        <Panel title="Read most">
          {data?.documents.length === 0 ? (
            <Empty title="Nothing was read yet">What people open is counted here.</Empty>
          ) : (
            <Table label="Documents that are read most" columns={documentColumns} rows={data?.documents} rowKey={({ id }) => id} />
          )}
        </Panel>
        <Panel title="Searched most">
          {data?.searches.length === 0 ? (
            <Empty title="Nothing was searched yet">What people look for is counted here.</Empty>
          ) : (
            <Table label="What is searched most" columns={searchColumns} rows={data?.searches} rowKey={({ query }) => query} />
          )}
        </Panel>
      </div>
    </Page>
  )
}

const documentColumns: readonly Column<Trends['documents'][number]>[] = [
  { id: 'title', head: 'Document', phone: 'name', cell: ({ id, title }) => <Link href={`/documents/${id}`}>{title}</Link> },
  { id: 'views', head: 'Opened', isNumber: true, phone: 'figure', cell: ({ views }) => views.toLocaleString('en-US') },
]

const searchColumns: readonly Column<Trends['searches'][number]>[] = [
  {
    id: 'query',
    head: 'Words',
    phone: 'name',
    cell: ({ query }) => <Link href={`/search?q=${encodeURIComponent(query)}`}>{query}</Link>,
  },
  { id: 'count', head: 'Searches', isNumber: true, phone: 'figure', cell: ({ count }) => count.toLocaleString('en-US') },
]
