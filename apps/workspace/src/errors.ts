import type { ErrorRow } from 'millrace'

/** The codes of the workspace's own routes. */
export const workspaceErrors = {
  DOCUMENT_NOT_FOUND: { status: 404, retryable: false, after: 'Nothing was changed.' },
  VERSION_NOT_FOUND: { status: 404, retryable: false, after: 'Nothing was changed.' },
  TEXT_BUSY: { status: 503, retryable: true, after: 'Nothing was changed.' },
  DOCUMENT_REFUSED: { status: 400, retryable: false, after: 'Nothing was stored.' },
  WATCHERS_TOO_MANY: { status: 409, retryable: false, after: 'Nothing was changed.' },
  IMPORT_NOT_FOUND: { status: 404, retryable: false, after: 'Nothing was changed.' },
  IMPORT_CANCELLED: { status: 409, retryable: false, after: 'Files that were sent before the import was cancelled may be stored.' },
  IMPORT_FILE_REFUSED: { status: 400, retryable: false, after: 'The file was left out; the rest of the import goes on.' },
} as const satisfies Record<string, ErrorRow>
