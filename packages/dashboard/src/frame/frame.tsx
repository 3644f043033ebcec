import { Suspense } from 'react'
import { Route, Switch } from 'wouter'
import { sections } from '../sections.tsx'
import { Rail } from './rail.tsx'
import { useTheme } from './theme.ts'
import { TopBar } from './top-bar.tsx'

/** Rail, top bar and the page that the address names. */
export function Frame() {
  const theme = useTheme()
  return (
    <div className="millrace frame" data-theme={theme.shown}>
      <a className="skip" href="#millrace-page">
        Skip to content
      </a>
      <Rail />
      <div className="stage">
        <TopBar theme={theme} />
        <main className="page" id="millrace-page" tabIndex={-1}>
          <Suspense>
            <Switch>
              {sections.flatMap(({ pages }) => pages.map(({ path, Page }) => <Route key={path} path={path} component={Page} />))}
              <Route>
                <h1>There is no such page</h1>
                <p>The address names none of this dashboard; the sections are in the rail.</p>
              </Route>
            </Switch>
          </Suspense>
        </main>
      </div>
    </div>
  )
}
