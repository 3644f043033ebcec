import { useEffect } from 'react'
import { useLocation } from 'wouter'

/** ⌘K and Ctrl-K lead to the search from wherever one is. */
export function useSearchKey(): void {
  const [, go] = useLocation()
  useEffect(() => {
    const listen = (event: KeyboardEvent) => {
      if (event.key.toLowerCase() !== 'k' || !(event.metaKey || event.ctrlKey) || event.shiftKey || event.altKey) return
      event.preventDefault()
      const field = document.querySelector<HTMLInputElement>('#search-field')
      if (field === null) go('/search')
      else field.select()
    }
    document.addEventListener('keydown', listen)
    return () => document.removeEventListener('keydown', listen)
  }, [go])
}
