import { Toasts, useTheme } from '@millrace/ui'
import { Suspense } from 'react'
import { Route, Switch } from 'wouter'
import { sections } from '../sections.tsx'
import { useFeed } from '../summary/use-feed.tsx'
import { Announcer } from './announcer.tsx'
import { Notices } from './notices.tsx'
import { Rail } from './rail.tsx'
import { useTitle } from './use-title.ts'
import { TopBar } from './top-bar.tsx'
import { usePageEntry } from './use-page-entry.ts'
import { useSignIn } from './use-sign-in.ts'

interface FrameProps {
  readonly signInPath: string | undefined
  /** The page's title follows what is shown. */
  readonly isTitled: boolean
}

/** Rail, top bar and the page that the address names. */
export function Frame({ signInPath, isTitled }: FrameProps) {
  const theme = useTheme()
  const { state } = useFeed()
  const entry = usePageEntry()
  useSignIn(entry, signInPath)
  // What holds for all pages is taken from whichever was read last.
  const latest = [...state.entries.values()]
    .filter(({ summary }) => summary !== undefined)
    .toSorted((a, b) => b.readAtMs - a.readAtMs)[0]?.summary
  useTitle(isTitled, latest)
  const hasFailed = entry !== undefined && entry.summary === undefined && entry.failure !== null
  return (
    <div className="millrace frame" data-theme={theme.shown}>
      <a className="skip" href="#millrace-page">
        Skip to content
      </a>
      <Rail summary={latest} />
      <div className="stage">
        <TopBar theme={theme} summary={latest} signInPath={signInPath} />
        <main className="page" id="millrace-page" tabIndex={-1} {...(hasFailed ? { 'data-failed': '' } : {})}>
          <Notices />
          <Toasts>
            <Suspense>
              <Switch>
                {sections.flatMap(({ pages }) => pages.map(({ path, Page }) => <Route key={path} path={path} component={Page} />))}
                <Route>
                  <h1>There is no such page</h1>
                  <p>The address names none of this dashboard; the sections are in the rail.</p>
                </Route>
              </Switch>
            </Suspense>
          </Toasts>
        </main>
      </div>
      <Announcer summary={latest} />
    </div>
  )
}
