import type { Trends } from '@millrace/contract'
import { defineHandlers } from 'millrace/server'
import type { Handlers } from 'millrace/server'
import type { Workspace } from '../workspace.ts'

/** Counts come in every 5 s; nobody sees a younger figure by asking more often, ms. */
const trendsMs = 2_000
const staleTrendsMs = 10_000

/** Search, people and trends. */
export function readingHandlers({ searchIndex, reindexing, people, trends, documents, activity, cache }: Workspace): Handlers {
  const readTrends = async (): Promise<Trends> => {
    const { totals, days, views, searches } = await trends.report(Date.now())
    const titles = new Map((await documents.summaries(views.map(({ documentId }) => documentId))).map(({ id, title }) => [id, title]))
    return {
      totals,
      days: [...days],
      searches: [...searches],
      documents: views.flatMap(({ documentId: id, count }) => {
        const title = titles.get(id)
        return title === undefined ? [] : [{ id, title, views: count }]
      }),
    }
  }

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

    startReindex: ({ identity }) => reindexing.ask(identity.subject),

    getReindex: () => reindexing.status(),

    getTrends: () => cache.getOrSet('trends', readTrends, { ttlMs: trendsMs, staleMs: staleTrendsMs }),
  })
}
