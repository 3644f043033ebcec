import { useQuery } from '@tanstack/react-query'
import { Link } from 'wouter'
import { useSource } from '../source.ts'

/** The documents that lead here, with the line that does. */
export function Backlinks({ id, version }: { readonly id: string; readonly version: number }) {
  const { client } = useSource()
  const { data } = useQuery({ queryKey: ['links', id, version], queryFn: ({ signal }) => client.getLinks({ params: { id }, signal }) })
  if (data === undefined || data.backlinks.length === 0) return null
  return (
    <section className="backlinks" aria-label="Linked from">
      <h2>Linked from</h2>
      <ul>
        {data.backlinks.map(({ id: from, title, snippet }) => (
          <li key={from}>
            <Link href={`/documents/${from}`}>{title}</Link> <span>{snippet}</span>
          </li>
        ))}
      </ul>
    </section>
  )
}
