import type { IconName } from '@millrace/ui'

/** What a phone has at its foot. */
export const places: readonly {
  readonly path: string
  readonly name: string
  readonly icon: IconName
  readonly isHere: (location: string) => boolean
}[] = [
  { path: '/', name: 'Documents', icon: 'document', isHere: (location) => location === '/' || location.startsWith('/documents/') },
  { path: '/search', name: 'Search', icon: 'search', isHere: (location) => location === '/search' },
  { path: '/inbox', name: 'Inbox', icon: 'inbox', isHere: (location) => location === '/inbox' },
  { path: '/trends', name: 'Activity', icon: 'trends', isHere: (location) => location === '/trends' },
]
