import type { Reason, Summary } from '@millrace/contract'
import { Skeleton, StatusShape, formatClock, formatMoment, statusOf } from '@millrace/ui'
import { PlaceLink } from '../place-link.tsx'
import { historyMarks, reasonPath, verdictWords } from './verdict.model.ts'

/** How many reasons stand in the strip; the tables below have the rest. */
const mostReasons = 6

/** Is anything wrong, since when, where: one sentence, its reasons, and the last hour. */
export function VerdictStrip({ summary, isOld }: { readonly summary: Summary | undefined; readonly isOld: boolean }) {
  if (summary === undefined) {
    return (
      <section className="verdict" aria-label="Verdict" aria-busy="true">
        <h1>
          <span className="visually-hidden">Overview</span>
          <Skeleton width={180} height={24} />
        </h1>
        <Skeleton width="60%" height={16} />
        <Skeleton width={180} height={36} />
      </section>
    )
  }
  const { verdict, generatedAt } = summary
  const { word, length } = verdictWords(verdict, generatedAt)
  const shown = verdict.reasons.slice(0, mostReasons)
  const more = verdict.reasons.length - shown.length
  return (
    <section className={isOld ? 'verdict old' : 'verdict'} aria-label="Verdict" data-status={verdict.status}>
      <div className="sentence">
        <h1>
          <StatusShape status={statusOf(verdict.status).status} size={22} />
          {word}
          <span className="visually-hidden"> </span>
        </h1>
        {length !== null && <p>{length}</p>}
      </div>
      {shown.length === 0 ? (
        <p className="calm">{verdict.status === 'unknown' ? 'The first figures come within a minute.' : 'Nothing is past a limit.'}</p>
      ) : (
        <ul>
          {shown.map((reason) => (
            <ReasonLine key={`${reason.kind} ${reason.subject} ${reason.text}`} reason={reason} nowMs={generatedAt} />
          ))}
          {more > 0 && <li className="quiet">and {more} more below</li>}
        </ul>
      )}
      <History summary={summary} />
    </section>
  )
}

function ReasonLine({ reason, nowMs }: { readonly reason: Reason; readonly nowMs: number }) {
  return (
    <li>
      <StatusShape status={statusOf(reason.status).status} />
      <PlaceLink href={reasonPath(reason)}>{reason.subject}</PlaceLink>
      <span className="text">{reason.text}</span>
      {reason.since !== null && (
        <time dateTime={new Date(reason.since).toISOString()}>
          <span className="visually-hidden">since </span>
          {formatMoment(reason.since, nowMs)}
        </time>
      )}
    </li>
  )
}

/** One mark a minute; trouble is taller, not only coloured. */
function History({ summary: { verdict, generatedAt } }: { readonly summary: Summary }) {
  const marks = historyMarks(verdict.history, generatedAt)
  const isBad = verdict.status === 'degraded' || verdict.status === 'failing'
  const bad = marks.filter(({ status }) => status === 'degraded' || status === 'failing').length
  const seen = marks.filter(({ status }) => status !== 'unknown').length
  return (
    <div className="history" role="img" aria-label={`Last hour: ${bad} of ${seen} minutes seen were degraded or failing`}>
      <div>
        <span>Last hour</span>
        {isBad && verdict.since !== null && (
          <b className={verdict.status === 'failing' ? 'bad fail' : 'bad'}>since {formatMoment(verdict.since, generatedAt)}</b>
        )}
      </div>
      <div className="marks">
        {marks.map(({ timestampMs, status }) => (
          <i key={timestampMs} data-status={status} />
        ))}
      </div>
      <div>
        <span>{formatClock(marks[0]?.timestampMs ?? generatedAt)}</span>
        <span>now</span>
      </div>
    </div>
  )
}
