import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'

/** Every module reached from `entry` by static or dynamic imports, relative ones followed. */
function reached(entry: URL, seen = new Set<string>()): Set<string> {
  if (seen.has(entry.href)) return seen
  seen.add(entry.href)
  for (const [, specifier] of readFileSync(entry, 'utf8').matchAll(/(?:\bfrom\s|\bimport\s*\(?)\s*['"]([^'"]+)['"]/g)) {
    if (specifier?.startsWith('.')) reached(new URL(specifier, entry), seen)
    else if (specifier) seen.add(specifier)
  }
  return seen
}

describe('the entries of the package', () => {
  it('the main entry loads nothing that only tests have', () => {
    const modules = [...reached(new URL('../index.js', import.meta.url))]
    expect(modules.filter((name) => name === 'vitest' || name === 'fast-check' || name.includes('/testing/'))).toEqual([])
  })

  it('the testing entry needs vitest and nothing else that is not installed with the package', () => {
    const modules = [...reached(new URL('./index.js', import.meta.url))].filter(
      (name) => !name.startsWith('file:') && !name.startsWith('node:'),
    )
    expect(modules.sort()).toEqual(['@millrace/connection', 'vitest'])
  })
})
