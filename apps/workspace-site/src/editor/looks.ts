import { syntaxHighlighting } from '@codemirror/language'
import type { Extension } from '@codemirror/state'
import { classHighlighter, tagHighlighter, tags } from '@lezer/highlight'

// How Markdown looks while it is written; the classes are in styles/editor.css, beside those of code.
const markdown = tagHighlighter([
  { tag: tags.heading1, class: 'md-heading md-heading1' },
  { tag: [tags.heading2, tags.heading3, tags.heading4, tags.heading5, tags.heading6], class: 'md-heading' },
  { tag: tags.strong, class: 'md-strong' },
  { tag: tags.emphasis, class: 'md-emphasis' },
  { tag: tags.strikethrough, class: 'md-gone' },
  { tag: tags.monospace, class: 'md-code' },
  { tag: [tags.link, tags.url], class: 'md-link' },
  { tag: tags.quote, class: 'md-quote' },
  { tag: [tags.processingInstruction, tags.contentSeparator, tags.labelName], class: 'md-mark' },
])

export const looks: Extension = [syntaxHighlighting(markdown), syntaxHighlighting(classHighlighter)]
