interface DayBarsProps {
  /** What is counted, for who cannot see it. */
  readonly label: string
  /** Oldest first. */
  readonly days: readonly { readonly day: string; readonly count: number }[]
  /** Since ever. */
  readonly total: number
}

const height = 56
const weekday = new Intl.DateTimeFormat('en-GB', { weekday: 'short', timeZone: 'UTC' })

/** A bar a day from 0, with its number: a table for who reads with their ears. */
export function DayBars({ label, days, total }: DayBarsProps) {
  const most = Math.max(1, ...days.map(({ count }) => count))
  const week = days.reduce((sum, { count }) => sum + count, 0)
  return (
    <>
      <p className="figure-line">
        <b>{week.toLocaleString('en-US')}</b> <span>{total.toLocaleString('en-US')} since ever</span>
      </p>
      <table className="day-bars" aria-label={label}>
        <tbody>
          {days.map(({ day, count }) => (
            <tr key={day}>
              <th scope="row" title={day}>
                {weekday.format(new Date(`${day}T00:00:00Z`))}
              </th>
              <td>
                <span className="number">{count.toLocaleString('en-US')}</span>
                <span className="bar" style={{ height: count === 0 ? 1 : Math.max(3, (count / most) * height) }} />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </>
  )
}
