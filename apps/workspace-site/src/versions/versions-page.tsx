import type { DocumentVersion } from '@millrace/contract'
import { Button, Dialog, Empty, formatBytes, formatMoment, Panel, Skeleton, useNow, useToast } from '@millrace/ui'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { lazy, Suspense, useState } from 'react'
import { Link, useLocation, useParams, useSearchParams } from 'wouter'
import { failureOf } from '../frame/failure.model.ts'
import { Failure } from '../frame/failure.tsx'
import { Page } from '../frame/page.tsx'
import { useMayWrite, useSource } from '../source.ts'
import { ActivityPanel } from './activity-panel.tsx'
import { chosenOf } from './chosen.model.ts'
import type { Chosen } from './chosen.model.ts'
import { useVersion, useVersions } from './use-versions.ts'

const Difference = lazy(() => import('./difference.tsx').then(({ Difference: part }) => ({ default: part })))

/** The versions of a document: what each changed, and the way back to one. */
export function VersionsPage() {
  const { id } = useParams<{ id: string }>()
  const { data, error, refetch } = useVersions(id)
  const [search, setSearch] = useSearchParams()
  const versions = data?.versions ?? []
  const chosen = chosenOf(
    versions.map(({ version }) => version),
    { version: search.get('version'), before: search.get('with') },
  )
  const newest = versions[0]
  const choose = (version: number) => setSearch({ version: String(version) }, { replace: true })
  const compare = (before: number) => setSearch({ version: String(chosen?.version), with: String(before) }, { replace: true })
  return (
    <Page
      title={`Versions of ${newest?.title ?? 'a document'}`}
      crumb={
        <>
          <span className="folder">
            <Link href={`/documents/${id}`}>{newest?.title ?? 'Document'}</Link> <span aria-hidden="true">/</span>
          </span>
          <h1>Versions</h1>
        </>
      }
    >
      {error !== null && <Failure title="The versions could not be read." error={error} retry={() => void refetch()} />}
      <div className="versions">
        <div className="aside">
          <Panel title="Versions" {...(data === undefined ? {} : { note: `${versions.length} kept` })}>
            {data === undefined && error === null && <Skeleton width="100%" height={120} />}
            {data !== undefined && versions.length === 0 && (
              <Empty title="No version yet">The first one is stored a moment after the document.</Empty>
            )}
            <VersionList versions={versions} chosen={chosen?.version} choose={choose} />
          </Panel>
          <ActivityPanel id={id} />
        </div>
        {chosen !== undefined && newest !== undefined && (
          <VersionPanel key={chosen.version} id={id} chosen={chosen} versions={versions} newest={newest.version} compare={compare} />
        )}
      </div>
    </Page>
  )
}

interface VersionListProps {
  readonly versions: readonly DocumentVersion[]
  readonly chosen: number | undefined
  readonly choose: (version: number) => void
}

function VersionList({ versions, chosen, choose }: VersionListProps) {
  const nowMs = useNow(30_000)
  return (
    <ul className="version-list">
      {versions.map(({ version, author, createdAtMs, textBytes }) => (
        <li key={version}>
          <button type="button" aria-current={version === chosen || undefined} onClick={() => choose(version)}>
            <b>Version {version}</b>
            <span>{formatMoment(createdAtMs, nowMs)}</span>
            <span>{author ?? 'Somebody'}</span>
            <span>{formatBytes(textBytes)}</span>
          </button>
        </li>
      ))}
    </ul>
  )
}

interface VersionPanelProps {
  readonly id: string
  readonly chosen: Chosen
  readonly versions: readonly DocumentVersion[]
  readonly newest: number
  readonly compare: (before: number) => void
}

function VersionPanel({ id, chosen: { version, before }, versions, newest, compare }: VersionPanelProps) {
  const shown = useVersion(id, version)
  const compared = useVersion(id, before)
  const error = shown.error ?? compared.error
  const isThere = shown.data !== undefined && (before === null || compared.data !== undefined)
  const others = versions.filter((other) => other.version !== version)
  return (
    <Panel
      title={`Version ${version}`}
      note={
        before === null ? (
          'the first that is kept'
        ) : (
          <label className="compare">
            compared with{' '}
            <select value={before} onChange={({ target }) => compare(Number(target.value))}>
              {others.map((other) => (
                <option key={other.version} value={other.version}>
                  version {other.version}
                </option>
              ))}
            </select>
          </label>
        )
      }
      end={version !== newest && <RestoreButton id={id} version={version} newest={newest} />}
    >
      {error !== null && <Failure title="The version could not be read." error={error} />}
      {!isThere && error === null && <Skeleton width="100%" height={240} />}
      {isThere && (
        <Suspense fallback={<Skeleton width="100%" height={240} />}>
          <Difference text={shown.data.text} before={compared.data?.text ?? null} />
        </Suspense>
      )}
    </Panel>
  )
}

interface RestoreButtonProps {
  readonly id: string
  readonly version: number
  readonly newest: number
}

function RestoreButton({ id, version, newest }: RestoreButtonProps) {
  const { client } = useSource()
  const queries = useQueryClient()
  const [, go] = useLocation()
  const say = useToast()
  const mayWrite = useMayWrite()
  const [isAsking, setAsking] = useState(false)
  const { mutate, isPending, error } = useMutation({
    mutationFn: () => client.restoreVersion({ params: { id, version } }),
    onSuccess: () => {
      say(`Version ${version} is the text again`)
      void queries.invalidateQueries()
      go(`/documents/${id}`)
    },
  })
  return (
    <>
      <Button icon="redrive" disabled={!mayWrite} onClick={() => setAsking(true)}>
        Restore
      </Button>
      {!mayWrite && <span className="quiet">An operator can restore it.</span>}
      {isAsking && (
        <Dialog
          title={`Restore version ${version}?`}
          action={`Restore version ${version}`}
          isBusy={isPending}
          failure={error === null ? undefined : failureOf(error).text}
          onConfirm={() => mutate()}
          onClose={() => setAsking(false)}
        >
          <p>
            Its text becomes the newest version, also for those who write now. Version {newest} and all others stay, so this can be undone
            in the same way.
          </p>
        </Dialog>
      )}
    </>
  )
}
