import { useMemo } from 'react'
import { usePlace } from './place.ts'
import { formatSorting, parseSorting, sortingAfter } from './sorting.model.ts'
import type { Sorting } from './sorting.model.ts'

/** What a table is ordered by, kept in the address. `name` is the column that begins with A. */
export function useSorting<By extends string>(known: readonly By[], usual: Sorting<By>, name: By) {
  const [text, order] = usePlace('sort', formatSorting(usual))
  const sorting = useMemo(() => parseSorting(text, known, usual), [text, known, usual])
  const choose = (id: string) => order(formatSorting(sortingAfter(sorting, parseSorting(id, known, usual).by, name)))
  return {
    sorting,
    /** Takes what `formatSorting` gives. */
    order,
    /** For the heads of the table. */
    sort: { ...sorting, choose },
  }
}
