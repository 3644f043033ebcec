import { Toasts, useTheme } from '@millrace/ui'
import { Suspense, useEffect, useState } from 'react'
import { Route, Switch, useLocation } from 'wouter'
import { NoSuchPage } from './no-such-page.tsx'
import { pages } from '../pages.tsx'
import { HereContext } from '../documents/here-context.ts'
import type { Here } from '../documents/here-context.ts'
import { ImportFoot } from '../import/import-progress.tsx'
import { useLive } from '../live/use-live.ts'
import { Column } from './column.tsx'
import { ColumnContext } from './column-context.ts'
import { PhoneBar } from './phone-bar.tsx'
import { useSearchKey } from './use-search-key.ts'

/** The left column and the page that the address names. On a phone the column opens over the page. */
export function Frame() {
  const theme = useTheme()
  const [location] = useLocation()
  const [openAt, setOpenAt] = useState<string>()
  const [here, tell] = useState<Here | null>(null)
  useSearchKey()
  useLive()
  // Whoever chose something in the column wants to see it.
  const isOpen = openAt === location
  useEffect(() => {
    if (!isOpen) return undefined
    const close = ({ key }: KeyboardEvent) => key === 'Escape' && setOpenAt(undefined)
    document.addEventListener('keydown', close)
    return () => document.removeEventListener('keydown', close)
  }, [isOpen])
  return (
    <div className="millrace workspace" data-theme={theme.shown} data-column={isOpen ? 'open' : 'closed'}>
      <a className="skip" href="#millrace-page">
        Skip to content
      </a>
      <HereContext value={{ here, tell }}>
        <ColumnContext value={{ isOpen, toggle: () => setOpenAt(isOpen ? undefined : location) }}>
          <Toasts>
            <Column theme={theme} />
            {isOpen && <button type="button" className="veil" aria-label="Close the list" onClick={() => setOpenAt(undefined)} />}
            <div className="stage">
              <Suspense>
                <Switch>
                  {pages.map(({ path, Page }) => (
                    <Route key={path} path={path} component={Page} />
                  ))}
                  <Route component={NoSuchPage} />
                </Switch>
              </Suspense>
              <ImportFoot />
            </div>
            <PhoneBar />
          </Toasts>
        </ColumnContext>
      </HereContext>
    </div>
  )
}
