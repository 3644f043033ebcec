import { Banner, Button, Panel, Pairs } from '@millrace/ui'
import { useRef, useState } from 'react'
import type { DragEvent } from 'react'
import { Link } from 'wouter'
import { Page } from '../frame/page.tsx'
import { useMayWrite } from '../source.ts'
import { countsOf } from './counts.model.ts'
import { fromChosen, fromDropped } from './gather.ts'
import { useImport } from './import-context.ts'
import { ImportBar } from './import-progress.tsx'
import type { ImportState } from './import-run.ts'

/** Left-out files that are listed; beyond them a number. */
const mostListed = 200

/** Brings a folder of Markdown into the workspace. */
export function ImportPage() {
  const { run, state } = useImport()
  const mayWrite = useMayWrite()
  return (
    <Page title="Import" crumb={<h1>Import</h1>}>
      {!mayWrite && (
        <Banner status="slow" title="An operator can import documents.">
          You can read all that is there.
        </Banner>
      )}
      {mayWrite && !run.isRunning && <DropZone />}
      {state.phase !== 'idle' && <Course state={state} />}
    </Page>
  )
}

function DropZone() {
  const { run } = useImport()
  const [isOver, setOver] = useState(false)
  const folder = useRef<HTMLInputElement>(null)
  const files = useRef<HTMLInputElement>(null)
  const take = (chosen: FileList | null) => {
    if (chosen !== null && chosen.length > 0) void run.start(Promise.resolve(fromChosen(chosen)))
  }
  const drop = (event: DragEvent) => {
    event.preventDefault()
    setOver(false)
    void run.start(fromDropped(event.dataTransfer.items))
  }
  return (
    <section
      className="drop-zone"
      aria-label="Choose what to import"
      data-over={isOver || undefined}
      onDragOver={(event) => {
        event.preventDefault()
        setOver(true)
      }}
      onDragLeave={() => setOver(false)}
      onDrop={drop}
    >
      <b>Drop a folder of Markdown here</b>
      <p>.md and .markdown, at most 1 MiB a file and 10,000 files. A file that is there already becomes a new version where it changed.</p>
      <div className="choose">
        <Button kind="primary" icon="folder" onClick={() => folder.current?.click()}>
          Choose a folder
        </Button>
        <Button icon="document" onClick={() => files.current?.click()}>
          Choose files
        </Button>
      </div>
      <input
        ref={folder}
        type="file"
        hidden
        multiple
        aria-label="Folder"
        {...{ webkitdirectory: '' }}
        onChange={({ target }) => {
          take(target.files)
        }}
      />
      <input
        ref={files}
        type="file"
        hidden
        multiple
        aria-label="Files"
        accept=".md,.markdown"
        onChange={({ target }) => take(target.files)}
      />
    </section>
  )
}

const titles: Readonly<Record<ImportState['phase'], string>> = {
  idle: '',
  gathering: 'Looking through the folder',
  running: 'Importing',
  done: 'Imported',
  cancelled: 'Cancelled',
  failed: 'Nothing more was imported',
}

function Course({ state }: { readonly state: ImportState }) {
  const { run } = useImport()
  const counts = countsOf(state)
  const number = (value: number) => value.toLocaleString('en-US')
  const skipped = [...state.leftOut, ...(state.progress?.skipped ?? [])]
  return (
    <>
      {state.failure !== null && (
        <Banner
          status="fail"
          title="The import ended early."
          action={
            state.files > 0 && (
              <Button icon="refresh" onClick={() => void run.again()}>
                Send again
              </Button>
            )
          }
        >
          {state.failure} What is stored stays, and is not done again when the same files are sent.
        </Banner>
      )}
      <Panel
        title={titles[state.phase]}
        note={<span role="status">{`${number(counts.settled)} of ${number(counts.total)} files`}</span>}
        end={state.phase === 'running' ? <Button onClick={() => void run.cancel()}>Cancel</Button> : <Link href="/">All documents</Link>}
      >
        <div className="panel-body course">
          <ImportBar settled={counts.settled} total={counts.total} />
          <Pairs
            pairs={[
              ['Stored', number(counts.stored)],
              ['Unchanged', number(counts.unchanged)],
              ['Mentions', number(counts.mentions)],
              ['Failed', number(counts.failed)],
              ['Left out', number(counts.skipped)],
            ]}
          />
          {state.phase === 'running' && <p className="quiet">It goes on while you read; leaving the workspace ends the upload.</p>}
        </div>
      </Panel>
      <Files
        title="Failed"
        count={counts.failed}
        files={(state.progress?.failed ?? []).map(({ path, reason }) => ({ path, why: reason }))}
      />
      <Files title="Left out" count={counts.skipped} files={skipped.map(({ path, detail }) => ({ path, why: detail }))} />
    </>
  )
}

interface FilesProps {
  readonly title: string
  /** All of them; the list may be shorter. */
  readonly count: number
  readonly files: readonly { readonly path: string; readonly why: string }[]
}

function Files({ title, count, files }: FilesProps) {
  if (files.length === 0) return null
  return (
    <Panel title={title} note={count.toLocaleString('en-US')}>
      <ul className="entries">
        {files.slice(0, mostListed).map(({ path, why }) => (
          <li className="entry" key={path}>
            <code className="what">{path}</code>
            <span className="end">{why}</span>
          </li>
        ))}
      </ul>
    </Panel>
  )
}
