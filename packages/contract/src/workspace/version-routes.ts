import { Type } from 'typebox'
import { record } from '../primitives.ts'
import type { Route } from '../route.ts'
import { DocumentId, DocumentRestored, VersionText } from './documents.ts'

const document = record({ id: DocumentId })
const version = record({ id: DocumentId, version: Type.Integer({ minimum: 1 }) })

/** The rows of what documents were, and of what leaves the workspace. */
export const versionRoutes = {
  getVersion: {
    method: 'GET',
    path: '/api/workspace/documents/:id/versions/:version',
    policy: 'workspace',
    role: 'viewer',
    audited: false,
    summary: 'One kept version of a document with its text',
    params: version,
    status: 200,
    answer: VersionText,
  },
  restoreVersion: {
    method: 'POST',
    path: '/api/workspace/documents/:id/versions/:version/restore',
    policy: 'workspace',
    role: 'operator',
    audited: true,
    summary: 'Make the text of a version the newest again, as a new version; open editors follow',
    params: version,
    status: 202,
    answer: DocumentRestored,
  },
  exportDocument: {
    method: 'GET',
    path: '/api/workspace/documents/:id/export',
    policy: 'workspace',
    role: 'viewer',
    audited: false,
    summary: 'One document as a Markdown file, with all that is written and in no version yet',
    params: document,
    status: 200,
    answer: Type.String(),
    contentTypes: ['text/markdown; charset=utf-8'],
  },
  exportWorkspace: {
    method: 'GET',
    path: '/api/workspace/export',
    policy: 'workspace',
    role: 'viewer',
    audited: false,
    summary: 'All documents as Markdown files in one zip, in the folders they were imported from',
    status: 200,
    answer: Type.String({ description: 'a zip file' }),
    contentTypes: ['application/zip'],
    download: true,
  },
} as const satisfies Record<string, Route>
