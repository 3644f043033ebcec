import { Past, Toasts, formatAge, formatMoment, useNow, useTheme } from '@millrace/ui'
import { Suspense, useMemo, useRef } from 'react'
import { Route, Switch } from 'wouter'
import { sections } from '../sections.tsx'
import { useFeed } from '../summary/use-feed.tsx'
import { useLapse } from '../summary/use-lapse.ts'
import { usePageEntry } from '../summary/use-page-entry.ts'
import { Announcer } from './announcer.tsx'
import { NoSuchPage } from './no-such-page.tsx'
import { Notices } from './notices.tsx'
import { Rail } from './rail.tsx'
import { useTitle } from './use-title.ts'
import { TopBar } from './top-bar.tsx'
import { useKeptFocus } from './use-kept-focus.ts'
import { useSignIn } from './use-sign-in.ts'

interface FrameProps {
  readonly signInPath: string | undefined
  /** The page's title follows what is shown. */
  readonly isTitled: boolean
}

/** Rail, top bar and the page that the address names. */
export function Frame({ signInPath, isTitled }: FrameProps) {
  const place = useRef<HTMLDivElement>(null)
  useKeptFocus(place)
  const theme = useTheme()
  const { state } = useFeed()
  const entry = usePageEntry()
  const lapse = useLapse()
  useSignIn(entry, signInPath)
  // What holds for all pages is taken from whichever was read last.
  const latest = [...state.entries.values()]
    .filter(({ summary }) => summary !== undefined)
    .toSorted((a, b) => b.readAtMs - a.readAtMs)[0]?.summary
  useTitle(isTitled, latest, lapse)
  const past = usePastWords(lapse === null ? null : lapse.readAtMs)
  const hasFailed = entry !== undefined && entry.summary === undefined && entry.failure !== null
  return (
    <div ref={place} className="millrace frame" data-theme={theme.shown}>
      <a className="skip" href="#millrace-page">
        Skip to content
      </a>
      <Rail summary={latest} lapse={lapse} />
      <div className="stage">
        <TopBar theme={theme} summary={latest} signInPath={signInPath} />
        <main className="page" id="millrace-page" tabIndex={-1} {...(hasFailed ? { 'data-failed': '' } : {})}>
          <Notices />
          <Toasts>
            <Past words={past}>
              <Suspense>
                <Switch>
                  {sections.flatMap(({ pages }) => pages.map(({ path, Page }) => <Route key={path} path={path} component={Page} />))}
                  <Route component={NoSuchPage} />
                </Switch>
              </Suspense>
            </Past>
          </Toasts>
        </main>
      </div>
      <Announcer summary={latest} lapse={lapse} />
    </div>
  )
}

/** @param readAtMs when the figures were true; null while they are as they are now */
function usePastWords(readAtMs: number | null) {
  const nowMs = useNow(5_000)
  return useMemo(() => {
    if (readAtMs === null) return null
    if (readAtMs === 0) return { age: 'never read', asOf: 'never read' }
    return { age: formatAge(nowMs - readAtMs).replace(/ ago$/, ' old'), asOf: `as of ${formatMoment(readAtMs, nowMs)}` }
  }, [readAtMs, nowMs])
}
