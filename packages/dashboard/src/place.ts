import type { Range } from '@millrace/contract'
import { useSearchParams } from 'wouter'

/** The ranges there are, shortest first. */
export const ranges: readonly Range[] = ['1h', '24h', '7d']

/** The range that the address names, one hour where it names none; and a way to choose another. */
export function useRange(): [Range, (range: Range) => void] {
  const [range, choose] = usePlace('range', '1h')
  return [ranges.find((known) => known === range) ?? '1h', choose]
}

/** One word kept in the address, so that it survives reload, back and being sent to somebody. The default is left out of it. */
export function usePlace(name: string, fallback: string): [string, (value: string) => void] {
  const [search, setSearch] = useSearchParams()
  const choose = (value: string) =>
    setSearch(
      (before) => {
        const next = new URLSearchParams(before)
        if (value === fallback) next.delete(name)
        else next.set(name, value)
        return next
      },
      { replace: true },
    )
  return [search.get(name) ?? fallback, choose]
}
