import type { ReactNode } from 'react'
import { StatusShape } from './status.tsx'

interface BannerProps {
  readonly status: 'slow' | 'fail'
  /** What failed. */
  readonly title: string
  /** What is true now, and what to do. */
  readonly children: ReactNode
  /** The code and the request, for who looks into a log. */
  readonly code?: string | undefined
  readonly action?: ReactNode
}

/** Says above a page what is wrong with reading it. */
export function Banner({ status, title, children, code, action }: BannerProps) {
  return (
    <div className="banner" data-status={status} role="status">
      <StatusShape status={status} size={16} />
      <div>
        <b>{title}</b> {children}
        {code !== undefined && <span className="code">{code}</span>}
      </div>
      {action}
    </div>
  )
}
