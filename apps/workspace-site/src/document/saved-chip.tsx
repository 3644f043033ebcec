import type { CausedMessage } from '@millrace/contract'
import { formatDuration, formatMoment, Mark, Skeleton, Status, StatusShape, useNow } from '@millrace/ui'
import type { StatusName } from '@millrace/ui'
import { useQuery } from '@tanstack/react-query'
import { failureOf } from '../frame/failure.model.ts'
import { Popover } from '../frame/popover.tsx'
import { useSource } from '../source.ts'
import { lastCaused } from './last-caused.model.ts'
import type { SaveState } from './save-state.model.ts'

interface SavedChipProps {
  readonly id: string
  /** Of the newest version that is known: another one caused other messages. */
  readonly version: number
  readonly save: SaveState
}

/** Whether all is saved; opens the messages that the last version caused. */
export function SavedChip({ id, version, save: { status, word } }: SavedChipProps) {
  const { data } = useMessages(id, version, false)
  const caused = lastCaused(data?.messages ?? [])
  return (
    <Popover
      className="button saved"
      button={
        <>
          <StatusShape status={status} />
          <span>{word}</span>
          {caused.length > 0 && (
            <span className="caused">
              <Mark size={14} />
              {caused.length} {caused.length === 1 ? 'message' : 'messages'}
            </span>
          )}
        </>
      }
    >
      {() => <Messages id={id} version={version} />}
    </Popover>
  )
}

function Messages({ id, version }: { readonly id: string; readonly version: number }) {
  const { base } = useSource()
  const nowMs = useNow(5_000)
  const { data, error } = useMessages(id, version, true)
  const caused = lastCaused(data?.messages ?? [])
  const waiting = caused.filter(({ state }) => state === 'ready' || state === 'scheduled').length
  const first = caused[0]
  return (
    <section className="messages" aria-label="Messages of the last version">
      <header>
        <b>Version {first?.cause.version ?? version}</b>
        {first?.enqueuedAtMs !== null && first !== undefined && (
          <span>
            {formatMoment(first.enqueuedAtMs, nowMs)}, by {first.cause.author}
          </span>
        )}
      </header>
      {error !== null && <p>{failureOf(error).text}</p>}
      {data === undefined && error === null && <Skeleton width={180} />}
      {data !== undefined && caused.length === 0 && <p>No message of this version is kept any more, or its edits wait to become one.</p>}
      <ul>
        {caused.map((message) => (
          <li key={`${message.queue} ${message.id}`}>
            <Status {...wordOf(message)} />
            <a href={`${base}/dashboard/queues/${encodeURIComponent(message.queue)}`}>
              <b>{message.name}</b>
              <span>{message.queue}</span>
            </a>
            <span className="took">{tookOf(message)}</span>
          </li>
        ))}
      </ul>
      <footer>
        <a href={`${base}/dashboard/queues`}>See them in the queues</a>
        <span>{waiting} waiting</span>
      </footer>
    </section>
  )
}

function useMessages(id: string, version: number, isWatched: boolean) {
  const { client } = useSource()
  return useQuery({
    queryKey: ['messages', id, version],
    refetchInterval: isWatched ? 2_000 : 30_000,
    queryFn: ({ signal }) => client.getDocumentMessages({ params: { id }, signal }),
  })
}

const words: Readonly<Record<CausedMessage['state'], { readonly status: StatusName; readonly word: string }>> = {
  scheduled: { status: 'scheduled', word: 'Scheduled' },
  ready: { status: 'unknown', word: 'Waiting' },
  active: { status: 'active', word: 'Active' },
  completed: { status: 'ok', word: 'Completed' },
  dead: { status: 'fail', word: 'Dead' },
  removed: { status: 'paused', word: 'Not kept' },
}

const wordOf = ({ state }: CausedMessage) => words[state]

/** From enqueue to its end. */
function tookOf({ enqueuedAtMs, finishedAtMs }: CausedMessage): string {
  return enqueuedAtMs === null || finishedAtMs === null ? '—' : formatDuration(Math.max(0, finishedAtMs - enqueuedAtMs))
}
