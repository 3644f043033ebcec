import { ApiError, createClient } from '@millrace/contract'
import { QueryCache, QueryClient, QueryClientProvider } from '@tanstack/react-query'
import { useState } from 'react'
import { Router } from 'wouter'
import { Frame } from './frame/frame.tsx'
import { ImportContext } from './import/import-context.ts'
import { ImportRun } from './import/import-run.ts'
import { SourceContext } from './source.ts'

/** The whole workspace. `base` is the path that the server is mounted at, '' for the root. Who is not signed in is led there and back. */
export function WorkspaceSite({ base }: { readonly base: string }) {
  const [source] = useState(() => ({ base, client: createClient({ baseUrl: base }) }))
  const [importing] = useState(() => new ImportRun(source.client))
  const [queries] = useState(
    () =>
      new QueryClient({
        queryCache: new QueryCache({ onError: (error) => leadToSignIn(error, base) }),
        defaultOptions: { queries: { retry: false, staleTime: 5_000, networkMode: 'always' }, mutations: { networkMode: 'always' } },
      }),
  )
  return (
    <QueryClientProvider client={queries}>
      <SourceContext value={source}>
        <ImportContext value={importing}>
          <Router base={base}>
            <Frame />
          </Router>
        </ImportContext>
      </SourceContext>
    </QueryClientProvider>
  )
}

function leadToSignIn(error: Error, base: string): void {
  if (!(error instanceof ApiError) || error.status !== 401) return
  const here = location.pathname + location.search
  location.assign(`${base}/sign-in?next=${encodeURIComponent(here)}`)
}
