import { MillraceError } from 'millrace'
import { defineHandlers } from 'millrace/server'
import type { Handlers } from 'millrace/server'
import { writeDocument } from '../documents/write-document.ts'
import type { Workspace } from '../workspace.ts'

/** A document has an author; a token that names nobody writes as this. */
const nobody = 'anonymous'

export function documentHandlers({ documents, outbox, activity }: Workspace): Handlers {
  return defineHandlers({
    createDocument: async ({ body, identity }) => ({
      id: await writeDocument({ documents, outbox }, { ...body, author: identity.subject ?? nobody }),
    }),

    listDocuments: async ({ query }) => {
      const offset = offsetOf(query.cursor)
      const page = await documents.list({ offset, limit: query.limit })
      const next = offset + page.documents.length
      return { ...page, cursor: page.documents.length > 0 && next < page.total ? String(next) : null }
    },

    getDocument: async ({ params }) => {
      const document = await documents.get(params.id)
      if (!document) throw unknownDocument(params.id)
      activity.viewed(document.id)
      const { textBytes: _, ...answer } = document
      return answer
    },

    listVersions: async ({ params }) => {
      const versions = await documents.versions(params.id)
      if (versions.length === 0) throw unknownDocument(params.id)
      return { id: params.id, versions }
    },
  })
}

/** A cursor is how many documents came before it; documents that change meanwhile move to the front and may be seen twice. */
function offsetOf(cursor: string | undefined): number {
  if (cursor === undefined) return 0
  if (/^\d{1,9}$/.test(cursor)) return Number(cursor)
  throw new MillraceError('CURSOR_INVALID', 'cursor must be what an earlier page answered.')
}

function unknownDocument(id: string): MillraceError {
  return new MillraceError('DOCUMENT_NOT_FOUND', `There is no document ${JSON.stringify(id)}.`)
}
