import type { KeyValue } from 'millrace'
import { fingerprint } from './days.ts'

/** A page of counts with the fingerprints of the messages behind them: one value, so that they change together or not at all. */
interface Counted {
  readonly counted: readonly string[]
}

interface Kept<Page extends Counted, Use> {
  readonly keyValue: KeyValue
  readonly key: string
  /** Undefined: nothing was counted yet. */
  readonly read: (text: string | undefined) => Page
  /** Takes one use in, with its fingerprint. */
  readonly add: (page: Page, use: Use) => Page
}

/**
 * Counts what was not counted before, however often and in however many processes it is told. One read and one compare-and-set, again
 * where another process was first.
 * @returns how many were new
 */
export async function countOnce<Page extends Counted, Use extends { readonly id: string }>(
  { keyValue, key, read, add }: Kept<Page, Use>,
  uses: readonly Use[],
): Promise<number> {
  for (;;) {
    const text = await keyValue.get(key)
    const page = read(text)
    const known = new Set(page.counted)
    const fresh = uses.filter(({ id }) => !known.has(fingerprint(id)) && known.add(fingerprint(id)))
    if (fresh.length === 0) return 0
    if (await keyValue.compareAndSet(key, text, JSON.stringify(fresh.reduce(add, page)))) return fresh.length
  }
}
