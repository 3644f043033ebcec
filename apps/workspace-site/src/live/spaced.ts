/** A call that is made at once, and then at most every `restMs`: what was asked for meanwhile is one call at the end. */
export function spaced(call: () => void, restMs: number): () => void {
  let isResting = false
  let isAsked = false
  const make = () => {
    isAsked = false
    isResting = true
    setTimeout(() => {
      isResting = false
      if (isAsked) make()
    }, restMs)
    call()
  }
  return () => {
    if (isResting) isAsked = true
    else make()
  }
}
