import { markdown, markdownLanguage } from '@codemirror/lang-markdown'
import { unifiedMergeView } from '@codemirror/merge'
import { EditorState } from '@codemirror/state'
import { EditorView, lineNumbers } from '@codemirror/view'
import { useEffect, useRef } from 'react'
import { looks } from '../editor/looks.ts'
import { pageNonce } from '../editor/page-nonce.ts'

interface DifferenceProps {
  /** The text that is looked at. */
  readonly text: string
  /** What it is compared with; null shows it as it is. */
  readonly before: string | null
}

/** A text with what was added and taken away since another one; long stretches that stayed are folded. */
export function Difference({ text, before }: DifferenceProps) {
  const place = useRef<HTMLDivElement>(null)
  useEffect(() => {
    const compared =
      before === null
        ? []
        : unifiedMergeView({
            original: before,
            mergeControls: false,
            gutter: true,
            collapseUnchanged: { margin: 3, minSize: 8 },
            allowInlineDiffs: true,
          })
    const view = new EditorView({
      parent: place.current as HTMLElement,
      doc: text,
      extensions: [
        EditorState.lineSeparator.of('\n'),
        EditorView.cspNonce.of(pageNonce()),
        EditorState.readOnly.of(true),
        EditorView.editable.of(false),
        EditorView.lineWrapping,
        EditorView.contentAttributes.of({ 'aria-label': 'What changed', tabindex: '0' }),
        lineNumbers(),
        markdown({ base: markdownLanguage }),
        looks,
        compared,
      ],
    })
    return () => view.destroy()
  }, [text, before])
  return <div ref={place} className="editor difference" />
}
