import { MillraceError } from 'millrace'
import { defineHandlers } from 'millrace/server'
import type { Handlers } from 'millrace/server'
import type { Workspace } from '../workspace.ts'

/** Search, inbox and trends. */
export function readingHandlers({ searchIndex, inbox, trends, documents, activity }: Workspace): Handlers {
  return defineHandlers({
    search: ({ query }) => {
      activity.searched(query.q)
      return { query: query.q, ...searchIndex.search(query.q, { limit: query.limit }) }
    },

    getInbox: async ({ query, identity }) => {
      if (identity.subject === null) throw new MillraceError('SUBJECT_REQUIRED', "An inbox is somebody's: the token has no claim `sub`.")
      const { items, unread } = await inbox.list(identity.subject, { limit: query.limit })
      return {
        unread,
        items: items.map(({ id, kind, documentId, title, excerpt, by, createdAtMs, read }) => {
          return { id, kind, documentId, title, excerpt, from: by, createdAtMs, read }
        }),
      }
    },

    getTrends: async () => {
      const { totals, days, views, searches } = await trends.report(Date.now())
      const titles = await Promise.all(views.map(({ documentId }) => documents.get(documentId)))
      return {
        totals,
        days: [...days],
        searches: [...searches],
        documents: views.flatMap(({ documentId: id, count }, index) => {
          const title = titles[index]?.title
          return title === undefined ? [] : [{ id, title, views: count }]
        }),
      }
    },
  })
}
