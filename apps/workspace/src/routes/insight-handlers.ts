import { defineHandlers } from 'millrace/server'
import type { Handlers } from 'millrace/server'
import { causedMessages } from '../documents/caused-messages.ts'
import { requireDocument, unknownDocument } from './require-document.ts'
import type { Workspace } from '../workspace.ts'

/** What a document says, leads to, has caused and is worth to its readers. */
export function insightHandlers({ documents, rendered, searchIndex, queues, documentActivity }: Workspace): Handlers {
  return defineHandlers({
    getRendered: async ({ params: { id } }) => {
      const drawn = await rendered.get(id)
      if (!drawn) throw unknownDocument(id)
      return { id, ...drawn }
    },

    getLinks: async ({ params: { id } }) => {
      await requireDocument(documents, id)
      const links = searchIndex.linksOf(id).map(({ written, title, id: target }) => ({ written, title: title ?? written, id: target }))
      return { id, links, backlinks: searchIndex.backlinksOf(id) }
    },

    getDocumentMessages: async ({ params: { id } }) => {
      await requireDocument(documents, id)
      return { id, messages: await causedMessages({ documents, queues }, id) }
    },

    getActivity: async ({ params: { id } }) => {
      await requireDocument(documents, id)
      return { id, ...(await documentActivity.report(id, Date.now())) }
    },
  })
}
