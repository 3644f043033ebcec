import { defineHandlers } from 'millrace/server'
import type { Handlers } from 'millrace/server'
import type { Workspace } from '../workspace.ts'

/** Search, people and trends. */
export function readingHandlers({ searchIndex, people, trends, documents, activity }: Workspace): Handlers {
  return defineHandlers({
    search: ({ query }) => {
      activity.searched(query.q)
      return { query: query.q, ...searchIndex.search(query.q, { limit: query.limit }) }
    },

    suggest: ({ query }) => ({ query: query.q, titles: searchIndex.suggest(query.q, { limit: query.limit }) }),

    listPeople: async ({ query }) => {
      const names = await people.find(query.q ?? '', { limit: query.limit })
      return { people: names.map((name) => ({ name })) }
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
