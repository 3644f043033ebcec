import { createContext, useContext, useSyncExternalStore } from 'react'
import type { ImportRun, ImportState } from './import-run.ts'

export const ImportContext = createContext<ImportRun | undefined>(undefined)

/** The import of this page, and how it stands. */
export function useImport(): { readonly run: ImportRun; readonly state: ImportState } {
  const run = useContext(ImportContext)
  if (run === undefined) throw new Error('Parts of the workspace stand inside <WorkspaceSite/>.')
  return { run, state: useSyncExternalStore(run.subscribe, () => run.state) }
}
