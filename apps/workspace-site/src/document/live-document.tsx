import type { EditorView } from '@codemirror/view'
import type { Document } from '@millrace/contract'
import type { RoomStatus } from '@millrace/collaboration'
import { Empty, Segment, Skeleton, StatusShape } from '@millrace/ui'
import { useEffect, useMemo, useRef, useState } from 'react'
import { useHere } from '../documents/here-context.ts'
import { CollaborativeEditor } from '../editor/collaborative-editor.tsx'
import { goToLine } from '../editor/go-to-line.ts'
import { useRoomStatus } from '../editor/room.ts'
import type { Room } from '../editor/room.ts'
import { usePeople } from '../editor/use-people.ts'
import { Page } from '../frame/page.tsx'
import { Preview, showAnchor } from '../preview/preview.tsx'
import type { Heading } from '../preview/render.worker.ts'
import { useMayWrite, useSession } from '../source.ts'
import { Backlinks } from './backlinks.tsx'
import { Crumb } from './crumb.tsx'
import { DocumentMenu } from './document-menu.tsx'
import { OutlineButton } from './outline-button.tsx'
import { Presence } from './presence.tsx'
import { RefusedBanner } from './refused-banner.tsx'
import { saveState } from './save-state.model.ts'
import { SavedChip } from './saved-chip.tsx'
import { scrollInStep } from './scroll-in-step.ts'
import { ShareButton } from './share-button.tsx'
import { tickBox } from './tick.ts'
import { useText } from './use-text.ts'
import { useView } from './view.ts'
import { WatchButton } from './watch-button.tsx'
import { countWords } from './words.model.ts'

/** A document while one is in it. */
export function LiveDocument({ document, room }: { readonly document: Document; readonly room: Room }) {
  const { id, title, path, version } = document
  const status = useRoomStatus(room)
  const people = usePeople(room.awareness)
  const text = useText(room.text)
  const mayWrite = useMayWrite() && status.mayWrite !== false
  const name = useSession()?.name ?? null
  const { view, options, choose } = useView(mayWrite)
  const [line, setLine] = useState(1)
  const [editor, setEditor] = useState<EditorView>()
  const [outline, setOutline] = useState<readonly Heading[]>([])
  const place = useRef<HTMLElement>(null)
  const reading = useRef<HTMLDivElement>(null)
  const { tell } = useHere()
  useEffect(() => {
    tell({ id, people })
    return () => tell(null)
  }, [id, people, tell])
  useEffect(() => room.awareness.setLocalStateField('user', { name }), [room, name])
  useEffect(() => {
    if (view !== 'Both' || editor === undefined || reading.current === null) return undefined
    return scrollInStep(editor, reading.current)
  }, [view, editor])
  const save = saveState(status)
  // Before the room told anything an empty text is none: what the server answered stands meanwhile.
  const shown = room.isThere() ? text : document.text
  const words = useMemo(() => countWords(shown), [shown])
  const isWritable = mayWrite && room.isThere() && status.refusal?.retry !== 'never'
  const show = ({ anchor }: Heading) => {
    const line = place.current?.querySelector<HTMLElement>(`#${CSS.escape(anchor)}`)?.dataset['line']
    if (view === 'Both' && editor !== undefined && line !== undefined) goToLine(editor, Number(line))
    showAnchor(place.current, anchor)
  }
  return (
    <Page
      title={title}
      crumb={<Crumb title={title} path={path} />}
      isFixed
      actions={
        <div className="tools">
          <SavedChip id={id} version={version} save={save} />
          <Presence people={people} />
          <Segment label="Panes" options={options} chosen={view} choose={choose} />
          <WatchButton document={document} />
          <ShareButton />
          <DocumentMenu document={document} />
        </div>
      }
    >
      {status.state === 'refused' && status.refusal !== null && <RefusedBanner refusal={status.refusal} text={text} room={room} />}
      <div className="panes" data-view={view}>
        {view !== 'Read' && (
          <div className="pane write">
            {room.isThere() ? (
              <CollaborativeEditor room={room} mayWrite={isWritable} onLine={setLine} onView={setEditor} />
            ) : (
              <NotThere state={status.state} />
            )}
          </div>
        )}
        {view !== 'Write' && (
          <div className="pane read" ref={reading}>
            <Preview
              text={shown}
              from={path}
              place={place}
              onOutline={setOutline}
              tick={isWritable ? (at) => tickBox(room.text, at) : undefined}
            />
            <Backlinks id={id} version={version} />
          </div>
        )}
      </div>
      <div className="status-line">
        <span>Markdown</span>
        <span>{words.toLocaleString('en-US')} words</span>
        {view !== 'Read' && <span>Line {line}</span>}
        {view !== 'Write' && <OutlineButton outline={outline} show={show} />}
        <span className="sync" role="status">
          <StatusShape status={save.status} size={12} />
          {save.sentence}
          {status.state === 'live' && `, ${people.length + 1} ${people.length === 0 ? 'person' : 'people'}`}
        </span>
        <span className="merge">Edits made offline merge when you return</span>
      </div>
    </Page>
  )
}

/** In place of an editor whose text is not known. */
function NotThere({ state }: { readonly state: RoomStatus['state'] }) {
  if (state === 'connecting') return <Skeleton width="60%" height={14} />
  return (
    <Empty title="The text to write in is not here yet">
      It comes when the server answers; this browser has not kept it from an earlier visit. What was read last can be read meanwhile.
    </Empty>
  )
}
