import { Toasts, useTheme } from '@millrace/ui'
import { Suspense, useState } from 'react'
import { Route, Switch } from 'wouter'
import { NoSuchPage } from './no-such-page.tsx'
import { pages } from '../pages.tsx'
import { HereContext } from '../documents/here-context.ts'
import type { Here } from '../documents/here-context.ts'
import { ImportFoot } from '../import/import-progress.tsx'
import { useLive } from '../live/use-live.ts'
import { Column } from './column.tsx'
import { ColumnContext } from './column-context.ts'
import { PhoneBar } from './phone-bar.tsx'
import { useOpenColumn } from './use-open-column.ts'
import { useSearchKey } from './use-search-key.ts'

/** The left column and the page that the address names. On a phone the column opens over the page. */
export function Frame() {
  const theme = useTheme()
  const { isOpen, toggle, close, onChoice, column } = useOpenColumn()
  const [here, tell] = useState<Here | null>(null)
  useSearchKey()
  useLive()
  return (
    <div className="millrace workspace" data-theme={theme.shown} data-column={isOpen ? 'open' : 'closed'}>
      <a className="skip" href="#millrace-page">
        Skip to content
      </a>
      <HereContext value={{ here, tell }}>
        <ColumnContext value={{ isOpen, toggle }}>
          <Toasts>
            <Column theme={theme} place={column} onChoice={onChoice} />
            {isOpen && <button type="button" className="veil" aria-label="Close the list" onClick={close} />}
            <div className="stage" inert={isOpen}>
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
