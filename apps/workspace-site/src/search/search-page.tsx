import { Empty, Icon, Panel } from '@millrace/ui'
import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { useEffect, useRef } from 'react'
import type { KeyboardEvent } from 'react'
import { Link, useSearchParams } from 'wouter'
import { folderName, folderOf } from '../documents/folders.model.ts'
import { Failure } from '../frame/failure.tsx'
import { Page } from '../frame/page.tsx'
import { useSource } from '../source.ts'
import { parted } from './marked.model.ts'
import type { Stretch } from './marked.model.ts'
import { useSettled } from './use-settled.ts'

/** A pause in typing after which one is asked for, ms. */
const restMs = 120
const mostResults = 50

/** Finds documents as one types; the words are part of the address. */
export function SearchPage() {
  const [search, setSearch] = useSearchParams()
  const typed = search.get('q') ?? ''
  const asked = useSettled(typed.trim(), restMs)
  const { client } = useSource()
  const { data, error, refetch } = useQuery({
    queryKey: ['search', asked],
    enabled: asked !== '',
    placeholderData: keepPreviousData,
    // A newer word ends the question for an older one.
    queryFn: ({ signal }) => client.search({ query: { q: asked, limit: mostResults }, signal }),
  })
  const field = useRef<HTMLInputElement>(null)
  useEffect(() => field.current?.focus(), [])
  const choose = (q: string) => setSearch(q === '' ? {} : { q }, { replace: true })
  const answer = asked === '' ? undefined : data
  return (
    <Page title={typed === '' ? 'Search' : `${typed} · Search`} crumb={<h1>Search</h1>}>
      <search onKeyDown={step}>
        <label className="search-field">
          <Icon name="search" />
          <span className="visually-hidden">Words, or a “phrase”</span>
          <input
            ref={field}
            id="search-field"
            type="search"
            value={typed}
            maxLength={200}
            placeholder="Words, or a “phrase”"
            autoComplete="off"
            onChange={({ target }) => choose(target.value)}
          />
        </label>
        {error !== null && <Failure title="Nothing could be searched for." error={error} retry={() => void refetch()} />}
        <Panel title="Results" note={<span role="status">{noteOf(answer?.total, answer?.results.length)}</span>}>
          {answer === undefined && (
            <Empty title="Search all documents">
              Every word must be in it; the last may be its beginning. “Quotes” keep words together.
            </Empty>
          )}
          {answer?.total === 0 && (
            <Empty title={`Nothing holds ${answer.query}`}>
              Fewer or shorter words find more. What was written a moment ago may take a second to be found.
            </Empty>
          )}
          <ul className="entries results">
            {answer?.results.map(({ id, title, path, snippet, marks }) => (
              <li key={id} className="entry">
                <Link href={`/documents/${id}`}>
                  <span className="what">
                    <b>{title}</b> <span className="quiet">{path === null ? '' : folderName(folderOf(path))}</span>
                  </span>
                  <span className="excerpt">
                    {parted(snippet, marks).map((stretch, index) => (
                      <Marked key={index} stretch={stretch} />
                    ))}
                  </span>
                </Link>
              </li>
            ))}
          </ul>
        </Panel>
      </search>
    </Page>
  )
}

function Marked({ stretch: { text, isMatch } }: { readonly stretch: Stretch }) {
  return isMatch ? <mark>{text}</mark> : text
}

function noteOf(total: number | undefined, shown = 0): string {
  if (total === undefined) return ''
  const found = `${total.toLocaleString('en-US')} ${total === 1 ? 'document' : 'documents'}`
  return total > shown ? `${found}, the best ${shown}` : found
}

/** The arrows go from the field through the results and back. */
function step(event: KeyboardEvent<HTMLElement>): void {
  if (event.key !== 'ArrowDown' && event.key !== 'ArrowUp') return
  const stops = [...event.currentTarget.querySelectorAll<HTMLElement>('input, .results a')]
  const at = stops.indexOf(document.activeElement as HTMLElement)
  const next = stops[at + (event.key === 'ArrowDown' ? 1 : -1)]
  if (next === undefined) return
  event.preventDefault()
  next.focus()
}
