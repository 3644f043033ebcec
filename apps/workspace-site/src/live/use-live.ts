import type { Client, EventOf, Inbox } from '@millrace/contract'
import { useQueryClient } from '@tanstack/react-query'
import type { QueryClient } from '@tanstack/react-query'
import { useEffect } from 'react'
import { useSource } from '../source.ts'

/** Waits before a stream that ended is opened again, ms: the last one repeats. */
const waits = [1_000, 5_000, 30_000]

/** Hears what changes while the page is seen, and reads anew what it changes. Without the stream the pages ask every 30 s. */
export function useLive(): void {
  const { client } = useSource()
  const queries = useQueryClient()
  useEffect(() => {
    let ending = new AbortController()
    const follow = () => {
      ending.abort()
      ending = new AbortController()
      if (!document.hidden) void listen(client, queries, ending.signal)
    }
    follow()
    document.addEventListener('visibilitychange', follow)
    return () => {
      document.removeEventListener('visibilitychange', follow)
      ending.abort()
    }
  }, [client, queries])
}

async function listen(client: Client, queries: QueryClient, signal: AbortSignal): Promise<void> {
  for (let failures = 0; !signal.aborted; failures += 1) {
    try {
      for await (const event of client.watchWorkspace({ signal })) {
        failures = 0
        hear(event, queries)
      }
    } catch {
      // The pages ask by themselves meanwhile, and tell what is wrong.
    }
    await pause(waits[Math.min(failures, waits.length - 1)] as number, signal)
  }
}

function hear(event: EventOf<'watchWorkspace'>, queries: QueryClient): void {
  if (event.event === 'documents') {
    for (const key of ['documents', 'document', 'links', 'messages', 'versions']) void queries.invalidateQueries({ queryKey: [key] })
  } else if (event.event === 'inbox') {
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
