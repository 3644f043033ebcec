import { renderMarkdown } from '@millrace/markdown'
import { expect, it } from 'vitest'
import { cut } from './cut.model.ts'

it('what draws more than a page can show ends before a tag', () => {
  const { html } = renderMarkdown(`|a|b|c|\n|-|-|-|\n${'|1|2|3|\n'.repeat(30_000)}`)
  const shown = cut(html)
  expect(html.length).toBeGreaterThan(1_000_000)
  expect(shown.length).toBeLessThanOrEqual(1_000_000)
  expect(html.startsWith(`${shown}<`)).toBe(true)
})

it('what a page can show stays whole', () => {
  expect(cut('<p>a</p>')).toBe('<p>a</p>')
})
