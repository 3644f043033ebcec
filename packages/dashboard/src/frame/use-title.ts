import type { Summary } from '@millrace/contract'
import { statusOf } from '@millrace/ui'
import { useEffect } from 'react'
import { useLocation } from 'wouter'
import { placeOf } from './place-of.model.ts'

/** The title of the page says what is shown, and before it when something is wrong: it is read in a row of tabs. */
export function useTitle(isTitled: boolean, summary: Summary | undefined): void {
  const [location] = useLocation()
  const { section, thing } = placeOf(location)
  const status = summary?.verdict.status
  const trouble = status === 'degraded' || status === 'failing' ? `${statusOf(status).word}: ` : ''
  const title = `${trouble}${thing === '' ? section.name : thing} · Millrace`
  useEffect(() => {
    if (isTitled) document.title = title
  }, [isTitled, title])
}
