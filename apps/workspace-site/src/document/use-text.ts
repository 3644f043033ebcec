import { useEffect, useState } from 'react'
import type * as Y from 'yjs'

/** Who types sees the preview follow after this pause, ms. */
const restMs = 80

/** The text as it is, at most every `restMs`. */
export function useText(shared: Y.Text): string {
  const [text, setText] = useState(() => shared.toString())
  useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | undefined
    let isEmpty = true
    const read = () => {
      timer = undefined
      isEmpty = shared.length === 0
      setText(shared.toString())
    }
    const wait = () => {
      // What the room tells first is shown at once.
      if (isEmpty) read()
      else timer ??= setTimeout(read, restMs)
    }
    read()
    shared.observe(wait)
    return () => {
      clearTimeout(timer)
      shared.unobserve(wait)
    }
  }, [shared])
  return text
}
