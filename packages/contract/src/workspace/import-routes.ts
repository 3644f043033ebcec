import { Type } from 'typebox'
import { record } from '../primitives.ts'
import type { Route } from '../route.ts'
import { ImportAccepted, ImportId, ImportProgress } from './imports.ts'

const importing = record({ id: ImportId })

/** The rows of imports. */
export const importRoutes = {
  startImport: {
    method: 'POST',
    path: '/api/workspace/import',
    policy: 'workspace',
    role: 'operator',
    audited: true,
    summary: 'Import a folder: multipart/form-data, one file a part, its path as file name; ≤ 1 MiB a file, ≤ 10,000 files',
    query: record(
      { id: Type.Optional(ImportId) },
      { description: 'an id of your own lets you follow and cancel while the upload goes on' },
    ),
    bodyKind: 'multipart',
    status: 202,
    answer: ImportAccepted,
  },
  getImport: {
    method: 'GET',
    path: '/api/workspace/import/:id',
    policy: 'workspace',
    role: 'operator',
    audited: false,
    summary: 'How far an import is, and what it left out',
    params: importing,
    status: 200,
    answer: ImportProgress,
  },
  cancelImport: {
    method: 'DELETE',
    path: '/api/workspace/import/:id',
    policy: 'workspace',
    role: 'operator',
    audited: true,
    summary: 'Cancel what an import has not stored yet; what is stored stays',
    params: importing,
    status: 200,
    answer: ImportProgress,
  },
} as const satisfies Record<string, Route>
