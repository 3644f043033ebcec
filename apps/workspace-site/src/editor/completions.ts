import type { CompletionContext, CompletionResult, CompletionSource } from '@codemirror/autocomplete'

/** What a completion is asked of. */
export interface Known {
  /** Names that begin so. */
  readonly people: (beginning: string, signal: AbortSignal) => Promise<readonly string[]>
  /** Titles of documents. */
  readonly titles: () => readonly string[]
}

/** Names behind an @, titles behind [[. */
export function completions(known: Known): CompletionSource[] {
  return [(context) => names(context, known), (context) => titles(context, known)]
}

async function names(context: CompletionContext, { people }: Known): Promise<CompletionResult | null> {
  const before = context.matchBefore(/(?<![\p{L}\p{N}_.@/:+-])@[\p{L}\p{N}._-]*/u)
  if (before === null) return null
  const asking = new AbortController()
  context.addEventListener('abort', () => asking.abort())
  const found = await people(before.text.slice(1), asking.signal).catch(() => [])
  return { from: before.from, options: found.map((name) => ({ label: `@${name}`, type: 'person' })), validFor: /^@[\p{L}\p{N}._-]*$/u }
}

function titles(context: CompletionContext, known: Known): CompletionResult | null {
  const before = context.matchBefore(/\[\[[^[\]\n|]*/)
  if (before === null) return null
  const isClosed = context.state.sliceDoc(context.pos, context.pos + 2) === ']]'
  const options = known.titles().map((title) => ({ label: title, type: 'document', apply: isClosed ? title : `${title}]]` }))
  return { from: before.from + 2, options, validFor: /^[^[\]\n|]*$/ }
}
