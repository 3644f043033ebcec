import { Icon } from '@millrace/ui'
import { useEffect } from 'react'
import type { ReactNode } from 'react'
import { useColumn } from './column-context.ts'

interface PageProps {
  /** Of the window. */
  readonly title: string
  /** Where one is, at the left of the top bar. */
  readonly crumb: ReactNode
  /** What can be done, at its right. */
  readonly actions?: ReactNode
  /** Takes the whole height, and scrolls inside. @defaultValue false: the page scrolls */
  readonly isFixed?: boolean
  readonly children: ReactNode
}

/** One page beside the left column: top bar and content. */
export function Page({ title, crumb, actions, isFixed = false, children }: PageProps) {
  const { isOpen, toggle } = useColumn()
  useEffect(() => {
    document.title = `${title} · Millrace`
  }, [title])
  return (
    <>
      <header className="topbar">
        <button type="button" className="button icon menu" aria-label="Documents" aria-expanded={isOpen} onClick={toggle}>
          <Icon name="menu" />
        </button>
        <div className="crumb">{crumb}</div>
        {actions}
      </header>
      <main className={isFixed ? 'page fixed' : 'page'} id="millrace-page" tabIndex={-1}>
        {children}
      </main>
    </>
  )
}
