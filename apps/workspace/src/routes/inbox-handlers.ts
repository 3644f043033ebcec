import { defineHandlers, mayActAs } from 'millrace/server'
import type { Handlers } from 'millrace/server'
import { requireSubject } from './require-subject.ts'
import type { Workspace } from '../workspace.ts'

/** What one person is told, later and at once. */
export function inboxHandlers({ inbox, events, people }: Workspace): Handlers {
  return defineHandlers({
    getInbox: async ({ query, identity }) => {
      const { items, unread } = await inbox.list(requireSubject(identity, 'An inbox'), { limit: query.limit })
      return {
        unread,
        items: items.map(({ id, kind, urgent, documentId, title, excerpt, by, createdAtMs, read }) => {
          return { id, kind, urgent, documentId, title, excerpt, from: by, createdAtMs, read }
        }),
      }
    },

    readInbox: async ({ body, identity }) => {
      const subject = requireSubject(identity, 'An inbox')
      if (body.ids === undefined) await inbox.markAllRead(subject)
      else await inbox.markRead(subject, body.ids)
      return { unread: await inbox.unreadCount(subject) }
    },

    watchWorkspace: ({ identity, openStream, log }) => {
      const { subject, role } = identity
      // Whoever opens the workspace can be named from then on.
      if (subject !== null) people.saw(subject).catch((error: unknown) => log.warn({ err: error }, 'a name was not remembered'))
      return events.watch(openStream(), { subject, mayImport: mayActAs(role, 'operator') })
    },
  })
}
