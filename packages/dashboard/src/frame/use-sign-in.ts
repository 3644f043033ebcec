import { useEffect } from 'react'
import type { Entry } from '../summary/entry.ts'

/** Leads to the sign-in page when nobody is signed in, and back here afterwards. Without such a page the banner says what is wrong. */
export function useSignIn(entry: Entry | undefined, signInPath: string | undefined): void {
  const isAsked = signInPath !== undefined && entry?.failure?.status === 401
  useEffect(() => {
    if (!isAsked) return
    const here = location.pathname + location.search
    location.assign(`${signInPath}?next=${encodeURIComponent(here)}`)
  }, [isAsked, signInPath])
}
