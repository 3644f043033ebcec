import type { Summary } from '@millrace/contract'
import { statusOf } from '@millrace/ui'
import { useEffect } from 'react'
import { useLocation } from 'wouter'
import type { Lapse } from '../summary/freshness.model.ts'
import { placeOf } from './place-of.model.ts'

/** The title of the page says what is shown, and before it when something is wrong: it is read in a row of tabs. */
export function useTitle(isTitled: boolean, summary: Summary | undefined, lapse: Lapse | null): void {
  const [location] = useLocation()
  const place = placeOf(location)
  const status = lapse === null ? summary?.verdict.status : 'unknown'
  const trouble = status === 'degraded' || status === 'failing' || lapse !== null ? `${statusOf(status ?? 'unknown').word}: ` : ''
  const title = place === null ? 'No such page · Millrace' : `${trouble}${place.thing === '' ? place.section.name : place.thing} · Millrace`
  useEffect(() => {
    if (isTitled) document.title = title
  }, [isTitled, title])
}
