import type { Entry, Wanted } from './entry.ts'
import type { Budget } from './refresh-policy.model.ts'
import type { Streak } from './streak.model.ts'

/** What tabs of one browser tell each other. */
export type TabMessage =
  /** A tab asks for what it shows. */
  | { readonly kind: 'want'; readonly wanted: Wanted; readonly isFresh: boolean }
  /** A tab still shows it. */
  | { readonly kind: 'shows'; readonly wanted: Wanted }
  | { readonly kind: 'who' }
  /** The reader of a tab chose how figures come to all of them. */
  | { readonly kind: 'live'; readonly isLive: boolean }
  | { readonly kind: 'entry'; readonly key: string; readonly entry: Entry }
  | {
      readonly kind: 'state'
      readonly budget: Budget | null
      readonly waitUntilMs: number
      readonly lastAskedMs: number
      readonly reads: number
      readonly streak: Streak
      readonly isReading: boolean
      readonly isLive: boolean
      readonly liveEnd: string | null
    }

/** How tabs of one browser find the one that reads for all. */
export interface Tabs {
  /** Calls `lead` when this tab has become the one that reads, until the answered function is called. */
  campaign(lead: () => void): () => void
  tell(message: TabMessage): void
  listen(hear: (message: TabMessage) => void): () => void
}

/** Tabs of this browser and origin that share `name`. Where there are no locks (a page that is not secure), each tab reads for itself. */
export function tabsOf(name: string): Tabs {
  if (!('locks' in navigator) || typeof BroadcastChannel === 'undefined') return alone
  const channel = new BroadcastChannel(name)
  return {
    campaign: (lead) => {
      const given = new AbortController()
      let release: () => void = () => given.abort()
      navigator.locks
        .request(name, { signal: given.signal }, () => {
          lead()
          return new Promise<void>((resolve) => (release = resolve))
        })
        .catch(() => undefined)
      return () => release()
    },
    tell: (message) => channel.postMessage(message),
    listen: (hear) => {
      const onMessage = ({ data }: MessageEvent<TabMessage>) => hear(data)
      channel.addEventListener('message', onMessage)
      return () => channel.removeEventListener('message', onMessage)
    },
  }
}

/** A tab that reads for itself: one with a token of its own, whose figures are nobody else's. */
export const alone: Tabs = {
  campaign: (lead) => {
    lead()
    return () => undefined
  },
  tell: () => undefined,
  listen: () => () => undefined,
}
