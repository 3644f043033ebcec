import { autocompletion, closeBrackets, closeBracketsKeymap, completionKeymap } from '@codemirror/autocomplete'
import { defaultKeymap, indentWithTab } from '@codemirror/commands'
import { markdown, markdownKeymap, markdownLanguage } from '@codemirror/lang-markdown'
import { indentUnit } from '@codemirror/language'
import { languages } from '@codemirror/language-data'
import { highlightSelectionMatches, searchKeymap } from '@codemirror/search'
import { EditorState } from '@codemirror/state'
import type { Extension } from '@codemirror/state'
import {
  drawSelection,
  dropCursor,
  EditorView,
  highlightActiveLine,
  highlightActiveLineGutter,
  keymap,
  lineNumbers,
} from '@codemirror/view'
import { yCollab, yUndoManagerKeymap } from 'y-codemirror.next'
import { completions } from './completions.ts'
import type { Known } from './completions.ts'
import { otherCursors } from './cursors.ts'
import { looks } from './looks.ts'
import { pageNonce } from './page-nonce.ts'
import type { Room } from './room.ts'

/** The editor of a document: its text, its keys and everybody in it. */
export function editorExtensions({ text, awareness }: Room, known: Known): Extension {
  return [
    // A carriage return is a character like others, so that both sides count alike.
    EditorState.lineSeparator.of('\n'),
    EditorView.cspNonce.of(pageNonce()),
    lineNumbers(),
    highlightActiveLine(),
    highlightActiveLineGutter(),
    drawSelection(),
    dropCursor(),
    EditorView.lineWrapping,
    EditorState.allowMultipleSelections.of(true),
    indentUnit.of('  '),
    closeBrackets(),
    autocompletion({ override: completions(known), icons: false }),
    highlightSelectionMatches(),
    markdown({ base: markdownLanguage, codeLanguages: languages, completeHTMLTags: false }),
    looks,
    // Without an awareness of its own: its cursors are drawn with styles that the policy of the page refuses.
    yCollab(text, null),
    otherCursors(text, awareness),
    keymap.of([
      // All is saved as it is written; the browser has nothing to ask.
      { key: 'Mod-s', run: () => true, preventDefault: true },
      ...closeBracketsKeymap,
      ...completionKeymap,
      ...yUndoManagerKeymap,
      ...searchKeymap,
      ...markdownKeymap,
      ...defaultKeymap,
      // Escape and then Tab leaves the text.
      indentWithTab,
    ]),
    EditorView.contentAttributes.of({
      'aria-label': 'Text of the document',
      'aria-description': 'Escape and then Tab leaves the text',
      tabindex: '0',
      spellcheck: 'true',
      autocapitalize: 'sentences',
    }),
  ]
}
