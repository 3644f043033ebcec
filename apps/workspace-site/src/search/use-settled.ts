import { useEffect, useState } from 'react'

/** The value once it stayed the same for `restMs`. */
export function useSettled<Value>(value: Value, restMs: number): Value {
  const [settled, setSettled] = useState(value)
  useEffect(() => {
    const timer = setTimeout(setSettled, restMs, value)
    return () => clearTimeout(timer)
  }, [value, restMs])
  return settled
}
