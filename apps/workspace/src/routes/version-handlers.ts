import { MillraceError } from 'millrace'
import { defineHandlers, Reply } from 'millrace/server'
import type { Handlers } from 'millrace/server'
import { exportZip } from '../documents/export-zip.ts'
import { fileNameOf } from '../documents/file-name.ts'
import type { DocumentVersion } from '../documents/document-store.ts'
import type { Workspace } from '../workspace.ts'
import { requireDocument, unknownDocument } from './require-document.ts'
import { nobody } from './nobody.ts'

type Parts = Pick<Workspace, 'documents' | 'outbox' | 'recent' | 'rooms' | 'snapshots' | 'texts'>

/** What documents were, and what leaves the workspace. */
export function versionHandlers({ documents, outbox, recent, rooms, snapshots, texts }: Parts): Handlers {
  /** @throws MillraceError DOCUMENT_NOT_FOUND, VERSION_NOT_FOUND */
  const requireVersion = async (id: string, version: number): Promise<DocumentVersion> => {
    // A version that is staged and not stored is nobody's business yet.
    const stored = await documents.versionBefore(id, version + 1)
    if (stored?.version === version) return stored
    await requireDocument(documents, id)
    throw new MillraceError('VERSION_NOT_FOUND', `There is no version ${version} of this document; the newest hundred are kept.`)
  }

  return defineHandlers({
    getVersion: async ({ params }) => {
      const { version, title, text, stagedAtMs, author } = await requireVersion(params.id, params.version)
      return { id: params.id, version, title, text, createdAtMs: stagedAtMs, author }
    },

    restoreVersion: async ({ params: { id, version }, identity }) => {
      const { title, text } = await requireVersion(id, version)
      // What is replaced stays a version.
      await snapshots.keep(id)
      const current = await documents.get(id)
      if (current === undefined) throw unknownDocument(id)
      const author = identity.subject ?? nobody
      const staged = await documents.stage({ documentId: id, title, path: current.path, text, author, importId: null })
      if (staged.status === 'staged') await outbox.storeVersion({ documentId: id, version: staged.version, importId: null })
      return { id, version: staged.version }
    },

    deleteDocument: async ({ params: { id }, identity }) => {
      const by = identity.name ?? identity.subject ?? nobody
      // Nobody makes a version of it meanwhile, which would bring it back.
      await texts.inTurn(id, async () => {
        if (!(await documents.delete(id))) throw unknownDocument(id)
        await texts.remove(id, by)
      })
      await rooms.end(id, by)
      await recent.changed()
      await documents.announce(id)
      return { id }
    },

    exportDocument: async ({ params: { id } }) => {
      const [summary] = await documents.summaries([id])
      const text = await texts.newest(id)
      if (summary === undefined || text === undefined) throw unknownDocument(id)
      return new Reply(text, { 'content-type': 'text/markdown; charset=utf-8', 'content-disposition': attachment(fileNameOf(summary)) })
    },

    exportWorkspace: async ({ signal }) => {
      const zip = await exportZip(documents, (id) => texts.newest(id), signal)
      return new Reply(zip, { 'content-type': 'application/zip', 'content-disposition': attachment('workspace.zip') })
    },
  })
}

/** RFC 6266: a name in ASCII for who reads no other, and the name itself. */
function attachment(name: string): string {
  const plain = name.replaceAll(/[^\u0020-\u007e]|["\\%]/g, '-')
  const whole = encodeURIComponent(name).replaceAll(/['()*]/g, (sign) => `%${sign.charCodeAt(0).toString(16).toUpperCase()}`)
  return `attachment; filename="${plain}"; filename*=UTF-8''${whole}`
}
