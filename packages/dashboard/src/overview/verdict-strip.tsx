import type { Reason, Summary, Verdict } from '@millrace/contract'
import { Skeleton, StatusShape, formatClock, formatMoment, statusOf, useNow } from '@millrace/ui'
import { PlaceLink } from '../place-link.tsx'
import type { Lapse } from '../summary/freshness.model.ts'
import { useLapse } from '../summary/use-lapse.ts'
import { historyMarks, lapseWords, reasonPath, verdictWords } from './verdict.model.ts'

/** How many reasons stand in the strip; the tables below have the rest. */
const mostReasons = 6

/** Is anything wrong, since when, where: one sentence, its reasons, and the last hour. */
export function VerdictStrip({ summary }: { readonly summary: Summary | undefined }) {
  const lapse = useLapse()
  const nowMs = useNow(5_000)
  if (lapse !== null) return <PastVerdict summary={summary} lapse={lapse} nowMs={nowMs} />
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
  return (
    <section className="verdict" aria-label="Verdict" data-status={verdict.status}>
      <div className="sentence">
        <h1>
          <StatusShape status={statusOf(verdict.status).status} size={22} />
          {word}
          <span className="visually-hidden"> </span>
        </h1>
        {length !== null && <p>{length}</p>}
      </div>
      {verdict.reasons.length === 0 ? (
        <p className="calm">{verdict.status === 'unknown' ? 'The first figures come within a minute.' : 'Nothing is past a limit.'}</p>
      ) : (
        <Reasons reasons={verdict.reasons} nowMs={generatedAt} />
      )}
      <History verdict={verdict} nowMs={generatedAt} />
    </section>
  )
}

interface PastVerdictProps {
  readonly summary: Summary | undefined
  readonly lapse: Lapse
  readonly nowMs: number
}

/** Nobody knows: since when, why, and what was known last, greyed. */
function PastVerdict({ summary, lapse, nowMs }: PastVerdictProps) {
  const { word, length, why, was } = lapseWords(lapse, summary?.verdict, nowMs)
  const reasons = summary?.verdict.reasons ?? []
  return (
    <section className="verdict" aria-label="Verdict" data-status="unknown">
      <div className="sentence">
        <h1>
          <StatusShape status="unknown" size={22} />
          {word}
          <span className="visually-hidden"> </span>
        </h1>
        <p>{length}</p>
      </div>
      <div className="calm">
        <p>
          {why} <span className="quiet">{was}</span>
        </p>
        {reasons.length > 0 && <Reasons reasons={reasons} nowMs={nowMs} isPast />}
      </div>
      {summary !== undefined && <History verdict={summary.verdict} nowMs={nowMs} isPast />}
    </section>
  )
}

interface ReasonsProps {
  readonly reasons: readonly Reason[]
  readonly nowMs: number
  readonly isPast?: boolean
}

function Reasons({ reasons, nowMs, isPast = false }: ReasonsProps) {
  const shown = reasons.slice(0, mostReasons)
  const more = reasons.length - shown.length
  return (
    <ul>
      {shown.map((reason) => (
        <ReasonLine key={`${reason.kind} ${reason.subject} ${reason.text}`} reason={reason} nowMs={nowMs} isPast={isPast} />
      ))}
      {more > 0 && <li className="quiet">and {more} more below</li>}
    </ul>
  )
}

function ReasonLine({ reason, nowMs, isPast }: { readonly reason: Reason; readonly nowMs: number; readonly isPast: boolean }) {
  return (
    <li>
      <StatusShape status={isPast ? 'unknown' : statusOf(reason.status).status} />
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
function History({ verdict, nowMs, isPast = false }: { readonly verdict: Verdict; readonly nowMs: number; readonly isPast?: boolean }) {
  const marks = historyMarks(verdict.history, nowMs)
  const isBad = !isPast && (verdict.status === 'degraded' || verdict.status === 'failing')
  const bad = marks.filter(({ status }) => status === 'degraded' || status === 'failing').length
  const seen = marks.filter(({ status }) => status !== 'unknown').length
  return (
    <div className="history" role="img" aria-label={`Last hour: ${bad} of ${seen} minutes seen were degraded or failing`}>
      <div>
        <span>Last hour</span>
        {isBad && verdict.since !== null && (
          <b className={verdict.status === 'failing' ? 'bad fail' : 'bad'}>since {formatMoment(verdict.since, nowMs)}</b>
        )}
      </div>
      <div className="marks">
        {marks.map(({ timestampMs, status }) => (
          <i key={timestampMs} data-status={status} />
        ))}
      </div>
      <div>
        <span>{formatClock(marks[0]?.timestampMs ?? nowMs)}</span>
        <span>now</span>
      </div>
    </div>
  )
}
