import { Icon, Skeleton, useNow } from '@millrace/ui'
import { useEffect, useMemo, useRef, useState } from 'react'
import { Link, useRoute } from 'wouter'
import type { Person } from '../editor/people.model.ts'
import { shortAge } from './age.model.ts'
import { folderName, foldersOf } from './folders.model.ts'
import type { Folder } from './folders.model.ts'
import { useHere } from './here-context.ts'
import { useDocuments } from './use-documents.ts'

/** From this many documents on, only the folder that one is in stands open by itself. */
const openBelow = 200

/** Every document by its folder, with its last change. */
export function DocumentTree() {
  const { data, isPending } = useDocuments()
  const folders = useMemo(() => foldersOf(data?.documents ?? []), [data])
  const [toggled, setToggled] = useState<ReadonlySet<string>>(new Set())
  const [, params] = useRoute('/documents/:id/*?')
  const shownId = params?.id
  const place = useRef<HTMLElement>(null)
  // A document that was reached by search or a link may stand far below.
  useEffect(() => {
    // Some browsers answer with a promise, which would be taken for a way to undo this.
    place.current?.querySelector('[aria-current]')?.scrollIntoView({ block: 'nearest' })
  }, [shownId, isPending])
  if (isPending) return <TreeSkeleton />
  const isSmall = (data?.documents.length ?? 0) < openBelow
  const toggle = (path: string) =>
    setToggled((before) => new Set(before.has(path) ? [...before].filter((other) => other !== path) : [...before, path]))
  return (
    <nav ref={place} className="tree" aria-label="Documents">
      {folders.map((folder) => {
        const opensByItself = isSmall || folder.documents.some(({ id }) => id === shownId)
        const isOpen = toggled.has(folder.path) ? !opensByItself : opensByItself
        return <FolderPart key={folder.path} folder={folder} isOpen={isOpen} toggle={() => toggle(folder.path)} shownId={shownId} />
      })}
      {data !== undefined && data.total > data.documents.length && (
        <p className="rest">
          The {data.documents.length.toLocaleString('en-US')} last changed are listed; <Link href="/search">search</Link> finds all.
        </p>
      )}
    </nav>
  )
}

interface FolderPartProps {
  readonly folder: Folder
  readonly isOpen: boolean
  readonly toggle: () => void
  readonly shownId: string | undefined
}

function FolderPart({ folder: { path, documents }, isOpen, toggle, shownId }: FolderPartProps) {
  const nowMs = useNow(30_000)
  const { here } = useHere()
  return (
    <section>
      <button type="button" className="folder" aria-expanded={isOpen} onClick={toggle} title={path}>
        <Icon name={isOpen ? 'down' : 'next'} />
        <span>{folderName(path)}</span>
        {!isOpen && <span className="count">{documents.length}</span>}
      </button>
      {isOpen && (
        <ul>
          {documents.map(({ id, title, updatedAtMs }) => (
            <li key={id}>
              <Link href={`/documents/${id}`} title={title} aria-current={id === shownId ? 'page' : undefined}>
                <span className="name">{title}</span>
                {here?.id === id && <Dots people={here.people} />}
                <span className="age">{shortAge(updatedAtMs, nowMs)}</span>
              </Link>
            </li>
          ))}
        </ul>
      )}
    </section>
  )
}

function TreeSkeleton() {
  return (
    <div className="tree" aria-hidden="true">
      {[72, 130, 104, 148, 90, 122].map((width) => (
        <p className="row" key={width}>
          <Skeleton width={width} />
        </p>
      ))}
    </div>
  )
}

/** A dot for each of the first that are there too. */
function Dots({ people }: { readonly people: readonly Person[] }) {
  return (
    <span className="dots" aria-hidden="true">
      {people.slice(0, 4).map(({ clientId, colour }) => (
        <i key={clientId} className={`person-${colour}`} />
      ))}
    </span>
  )
}
