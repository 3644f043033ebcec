import type { ReactNode } from 'react'

/** Where nothing is: what will appear here, and how. */
export function Empty({ title, children }: { readonly title: string; readonly children: ReactNode }) {
  return (
    <div className="empty">
      <svg width="92" height="36" viewBox="0 0 92 36" fill="none" aria-hidden="true">
        <path d="M1 3h66M1 13h66M1 23h66M1 33h66" stroke="var(--border)" strokeWidth="2" />
        <path d="M71 0v36" stroke="var(--wall)" strokeWidth="2.4" />
        <path d="M77 3h14M77 13h14M77 23h14M77 33h14" stroke="var(--brand)" strokeWidth="2" />
      </svg>
      <b>{title}</b>
      <p>{children}</p>
    </div>
  )
}
