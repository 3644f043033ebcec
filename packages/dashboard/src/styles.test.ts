import { readFileSync } from 'node:fs'
import { expect, it } from 'vitest'

const sheet = readFileSync(new URL('./dashboard.css', import.meta.url), 'utf8').replaceAll(/\/\*[^]*?\*\//g, '')

/** Whatever stands before a block: selectors, and the conditions around them. */
const heads = [...sheet.matchAll(/([^{};]+)\{/g)].map(([, head]) => String(head).trim())

it('nothing of the sheet reaches outside the component', () => {
  const selectors = heads.filter((head) => !head.startsWith('@')).flatMap((head) => head.split(/,(?![^(]*\))/))
  expect(selectors.length).toBeGreaterThan(300)
  expect(selectors.filter((selector) => !/^(\.millrace(?![\w-])|body:has\(>#millrace\)$)/.test(selector.trim()))).toEqual([])
})

it('of what holds for a whole page it has only conditions: no layer, which would lose against the page around', () => {
  const rules = heads.filter((head) => head.startsWith('@')).map((head) => head.split(/[\s(]/)[0])
  expect([...new Set(rules)].toSorted()).toEqual(['@container', '@media'])
})
