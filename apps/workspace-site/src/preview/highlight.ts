import { LanguageDescription } from '@codemirror/language'
import { languages } from '@codemirror/language-data'
import { classHighlighter, highlightCode } from '@lezer/highlight'

/** Longer code stays in one colour, characters. */
const longest = 20_000

/** Colours the code of a drawn text, each block once its language is there. A language that is not known stays as it is. */
export async function highlightBlocks(blocks: readonly HTMLElement[]): Promise<void> {
  await Promise.all(blocks.map(highlight))
}

async function highlight(block: HTMLElement): Promise<void> {
  const name = /(?:^| )language-(\S+)/.exec(block.className)?.[1]
  const code = block.textContent
  const known = name === undefined || code.length > longest ? null : LanguageDescription.matchLanguageName(languages, name, false)
  if (known === null) return
  const { language } = await known.load()
  const parts: Node[] = []
  highlightCode(
    code,
    language.parser.parse(code),
    classHighlighter,
    (text, classes) => parts.push(classes === '' ? document.createTextNode(text) : span(text, classes)),
    () => parts.push(document.createTextNode('\n')),
  )
  block.replaceChildren(...parts)
}

function span(text: string, classes: string): HTMLSpanElement {
  const element = document.createElement('span')
  element.className = classes
  element.textContent = text
  return element
}
