import { expect, it } from 'vitest'
import { countWords } from './words.model.ts'

it.each([
  ['', 0],
  ['# A heading, with **two** marks', 5],
  ["it's re-entrant", 2],
  ['- [ ] über 12 Äpfel', 3],
])('%j has %i words', (text, count) => {
  expect(countWords(text)).toBe(count)
})
