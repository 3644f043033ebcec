import type { IconName } from '@millrace/ui'
import { lazy } from 'react'
import type { ComponentType } from 'react'

/** One item of the rail and its pages. */
export interface Section {
  /** Below the dashboard's own path. */
  readonly path: string
  readonly name: string
  readonly icon: IconName
  /** The page of the section, and those below it by their path: the first that fits is shown. */
  readonly pages: readonly { readonly path: string; readonly Page: ComponentType }[]
}

const OverviewPage = lazy(() => import('./overview/overview-page.tsx').then(({ OverviewPage: page }) => ({ default: page })))
const QueuesPage = lazy(() => import('./queues/queues-page.tsx').then(({ QueuesPage: page }) => ({ default: page })))
const QueuePage = lazy(() => import('./queues/queue-page.tsx').then(({ QueuePage: page }) => ({ default: page })))
const ApiPage = lazy(() => import('./api-routes/api-page.tsx').then(({ ApiPage: page }) => ({ default: page })))
const SystemPage = lazy(() => import('./system/system-page.tsx').then(({ SystemPage: page }) => ({ default: page })))
const RedisPage = lazy(() => import('./redis/redis-page.tsx').then(({ RedisPage: page }) => ({ default: page })))

/** THE TABLE of what the dashboard shows, in the order of the rail. */
export const sections: readonly Section[] = [
  { path: '/', name: 'Overview', icon: 'overview', pages: [{ path: '/', Page: OverviewPage }] },
  {
    path: '/queues',
    name: 'Queues',
    icon: 'queues',
    pages: [
      { path: '/queues', Page: QueuesPage },
      { path: '/queues/:queueName', Page: QueuePage },
    ],
  },
  { path: '/api', name: 'API', icon: 'api', pages: [{ path: '/api', Page: ApiPage }] },
  { path: '/system', name: 'System', icon: 'system', pages: [{ path: '/system', Page: SystemPage }] },
  { path: '/redis', name: 'Redis', icon: 'redis', pages: [{ path: '/redis', Page: RedisPage }] },
]
