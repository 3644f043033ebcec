import { defineHandlers } from 'millrace/server'
import type { Handlers } from 'millrace/server'
import { writeDocument } from '../documents/write-document.ts'
import { requireDocument, unknownDocument } from './require-document.ts'
import { requireSubject } from './require-subject.ts'
import type { Workspace } from '../workspace.ts'
import { nobody } from './nobody.ts'

export function documentHandlers({ documents, recent, outbox, activity, searchIndex, watches }: Workspace): Handlers {
  return defineHandlers({
    createDocument: async ({ body, identity }) => {
      const id = await writeDocument({ documents, outbox }, { ...body, author: identity.subject ?? nobody })
      // Whoever handles the message says so too, a moment later: too late for who looks at once.
      await recent.changed()
      return { id }
    },

    // What was changed last is known to the store at once; titles and folders are put in order by the search file, which follows.
    listDocuments: async ({ query: { offset, limit, order, folder } }) => {
      if (order === 'recent' && folder === undefined) return recent.list({ offset, limit })
      const { ids, total } = searchIndex.list({ order, folder, offset, limit })
      return { documents: await documents.summaries(ids), total }
    },

    getDocument: async ({ params, identity }) => {
      const document = await documents.get(params.id)
      if (!document) throw unknownDocument(params.id)
      void activity.viewed(document.id, identity.subject)
      const { textBytes: _, ...answer } = document
      const watching = identity.subject !== null && (await watches.isWatching(document.id, identity.subject))
      return { ...answer, watching }
    },

    listVersions: async ({ params }) => {
      const versions = await documents.versions(params.id)
      if (versions.length === 0) throw unknownDocument(params.id)
      return { id: params.id, versions }
    },

    watchDocument: async ({ params, identity }) => {
      const subject = requireSubject(identity, 'A watch')
      await requireDocument(documents, params.id)
      await watches.watch(params.id, subject)
      return { id: params.id, watching: true }
    },

    unwatchDocument: async ({ params, identity }) => {
      await watches.unwatch(params.id, requireSubject(identity, 'A watch'))
      return { id: params.id, watching: false }
    },
  })
}
