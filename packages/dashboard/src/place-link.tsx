import type { ReactNode } from 'react'
import { Link } from 'wouter'
import { useRange } from './place.ts'

interface PlaceLinkProps {
  /** Below the dashboard's own path. */
  readonly href: string
  readonly className?: string
  readonly title?: string
  readonly isCurrent?: boolean
  readonly children: ReactNode
}

/** A link to another page that keeps the reader's range. */
export function PlaceLink({ href, className, title, isCurrent = false, children }: PlaceLinkProps) {
  const [range] = useRange()
  const [path = '/', search] = href.split('?')
  const query = new URLSearchParams(search)
  if (range !== '1h') query.set('range', range)
  const address = query.size === 0 ? path : `${path}?${query}`
  return (
    <Link href={address} className={className} title={title} aria-current={isCurrent ? 'page' : undefined}>
      {children}
    </Link>
  )
}
