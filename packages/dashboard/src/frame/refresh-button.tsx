import { Button } from '@millrace/ui'
import { useEffect, useState } from 'react'
import { useFeed } from '../summary/use-feed.tsx'

/** A second refresh within this time would show the same, ms. */
const restMs = 5_000

/** Asks for fresh figures now. */
export function RefreshButton() {
  const { feed } = useFeed()
  const [restsUntilMs, setRest] = useState(0)
  useEffect(() => {
    if (restsUntilMs === 0) return undefined
    const timer = setTimeout(setRest, restsUntilMs - Date.now(), 0)
    return () => clearTimeout(timer)
  }, [restsUntilMs])
  const refresh = () => {
    feed.refresh()
    setRest(Date.now() + restMs)
  }
  return (
    <Button icon="refresh" disabled={restsUntilMs > 0 || !feed.mayAsk()} onClick={refresh}>
      Refresh
    </Button>
  )
}
