import { ApiError } from '@millrace/contract'
import { Button } from '@millrace/ui'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useEffect, useId } from 'react'
import { useSession } from '../session.ts'
import { useSource } from '../source.ts'
import { useFeed } from '../summary/use-feed.tsx'
import { mayAct, sampleText } from './sample-traffic.model.ts'

/** Lets a newcomer see lanes, percentiles and dead messages move. Not there with a server that has no sample. */
export function SampleTraffic() {
  const { client, baseUrl } = useSource()
  const { feed } = useFeed()
  const queries = useQueryClient()
  const session = useSession()
  const why = useId()
  const queryKey = ['sample', baseUrl]
  const { data: sample } = useQuery({ queryKey, queryFn: ({ signal }) => client.getSampleTraffic({ signal }), retry: false })
  const { mutate, isPending, error } = useMutation({
    mutationFn: (isStart: boolean) => (isStart ? client.startSampleTraffic({ body: {} }) : client.stopSampleTraffic()),
    onSuccess: (answer) => {
      queries.setQueryData(queryKey, answer)
      feed.refresh()
    },
  })
  const endsAtMs = sample?.endsAtMs ?? 0
  useEffect(() => {
    if (endsAtMs === 0) return undefined
    // It ends by itself: looked at again a moment later.
    const timer = setTimeout(() => void queries.invalidateQueries({ queryKey: ['sample'] }), Math.max(1_000, endsAtMs - Date.now() + 2_000))
    return () => clearTimeout(timer)
  }, [endsAtMs, queries])
  if (sample === undefined) return null
  const isAllowed = mayAct(session?.role)
  return (
    <section className="sample" aria-label="Sample traffic">
      <span className="tag">sample</span>
      <p id={why}>
        {sampleText(sample, isAllowed)}
        {error !== null && <b role="alert"> {error instanceof ApiError ? error.message : 'The server does not answer.'}</b>}
      </p>
      <Button
        icon={sample.running ? 'pause' : 'play'}
        disabled={!isAllowed || isPending}
        describedBy={why}
        onClick={() => mutate(!sample.running)}
      >
        {sample.running ? 'Stop sample traffic' : 'Start sample traffic'}
      </Button>
    </section>
  )
}
