import type { Client, EventOf, Inbox } from '@millrace/contract'
import { useQueryClient } from '@tanstack/react-query'
import type { QueryClient } from '@tanstack/react-query'
import { useEffect } from 'react'
import { useSource } from '../source.ts'
import { spaced } from './spaced.ts'

/** Waits before a stream that ended is opened again, ms: the last one repeats. */
const waits = [1_000, 5_000, 30_000]

/** What a changed document changes, by the first word of its key. */
const changing = ['documents', 'document', 'links', 'messages', 'versions']
/** It is read anew at most this often, ms. */
const readAgainMs = 3_000

/** Hears what changes while the page is seen, and reads anew what it changes. Without the stream the pages ask every 30 s. */
export function useLive(): void {
  const { client } = useSource()
  const queries = useQueryClient()
  useEffect(() => {
    // An import changes documents many times a second; the list of some thousands takes several requests.
    const readDocuments = spaced(() => {
      for (const key of changing) void queries.invalidateQueries({ queryKey: [key] })
    }, readAgainMs)
    let ending = new AbortController()
    const follow = () => {
      ending.abort()
      ending = new AbortController()
      if (!document.hidden) void listen(client, { queries, readDocuments }, ending.signal)
    }
    follow()
    document.addEventListener('visibilitychange', follow)
    return () => {
      document.removeEventListener('visibilitychange', follow)
      ending.abort()
    }
  }, [client, queries])
}

async function listen(client: Client, ears: Ears, signal: AbortSignal): Promise<void> {
  for (let failures = 0; !signal.aborted; failures += 1) {
    try {
      for await (const event of client.watchWorkspace({ signal })) {
        failures = 0
        hear(event, ears)
      }
    } catch {
      // The pages ask by themselves meanwhile, and tell what is wrong.
    }
    await pause(waits[Math.min(failures, waits.length - 1)] as number, signal)
  }
}

interface Ears {
  readonly queries: QueryClient
  readonly readDocuments: () => void
}

function hear(event: EventOf<'watchWorkspace'>, { queries, readDocuments }: Ears): void {
  if (event.event === 'documents') readDocuments()
  else if (event.event === 'inbox') {
    queries.setQueryData<Inbox>(['inbox'], (before) => before && { ...before, unread: event.data.unread })
    void queries.invalidateQueries({ queryKey: ['inbox'] })
  }
}

function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, ms)
    signal.addEventListener('abort', () => {
      clearTimeout(timer)
      resolve()
    })
  })
}
