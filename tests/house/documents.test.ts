import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { rows } from '../mission/rows.ts'
import { readManifest, readText, root, roomsIn, tableAfter } from './house.ts'

const rooms = [...roomsIn('packages'), ...roomsIn('apps'), ...roomsIn('examples'), 'tests']

it('the library lines of the README are the example that runs', () => {
  const [, lines] = /```ts\n([\s\S]*?)```/.exec(readText('README.md')) ?? []
  expect(lines).toBe(readText('examples/hello/src/hello.ts'))
})

it('every command that the README names is a script', () => {
  const { scripts } = JSON.parse(readText('package.json')) as { scripts: Record<string, string> }
  const named = [...readText('README.md').matchAll(/`npm (?:run )?([a-z]+)\b/g)].map(([, name]) => name)
  expect(named.length).toBeGreaterThan(5)
  expect(named.filter((name) => scripts[String(name)] === undefined)).toEqual([])
})

it('every package carries the licence of the house', () => {
  for (const room of roomsIn('packages')) expect(readText(join(room, 'LICENSE')), room).toBe(readText('LICENSE'))
})

it('all packages share one version, and name each other in exactly that one', () => {
  const { version } = JSON.parse(readText('package.json')) as { version: string }
  for (const room of rooms) {
    const { version: own, dependencies = {} } = JSON.parse(readText(join(room, 'package.json'))) as {
      version: string
      dependencies?: Record<string, string>
    }
    expect(own, room).toBe(version)
    for (const [name, wanted] of Object.entries(dependencies)) if (isOurs(name)) expect(wanted, `${room} → ${name}`).toBe(version)
  }
})

it('the changelog begins with what is unreleased', () => {
  const [first] = [...readText('CHANGELOG.md').matchAll(/^## (.+)$/gm)].map(([, heading]) => heading)
  expect(first).toBe('Unreleased')
})

it('docs/mission.md has every row of the mission, says of what is missing that it is, and names files that are there', () => {
  const listed = tableAfter(readText('docs/mission.md'), 'The mission, row by row')
  expect(listed.map(([number]) => number)).toEqual(rows.map(({ number }) => number))
  for (const [index, { notYet }] of rows.entries())
    if (notYet !== undefined) expect(listed[index]?.[2]).toBe(`not yet: ${notYet}`)
    else expect(listed[index]?.[2]).toMatch(/^(works|not yet)$/)
  for (const [, , state, shown = ''] of listed) {
    const files = [...shown.matchAll(/`([a-z-]+\.test\.ts)`/g)].map(([, file]) => String(file))
    expect(files.length > 0).toBe(state !== 'not yet')
    expect(files.filter((file) => !existsSync(join(root, 'tests/mission', file)))).toEqual([])
  }
})

describe('docs/dependencies.md', () => {
  const text = readText('docs/dependencies.md')

  it('has one line for each dependency of the rooms and of the house, and no other', () => {
    const listed = ['Libraries', 'Tools'].flatMap((heading) => tableAfter(text, heading).map(([name]) => String(name).replaceAll('`', '')))
    expect(listed.toSorted()).toEqual(dependenciesOf(['.', ...rooms]))
  })

  it('has one line for each rival of the benchmarks', () => {
    const listed = tableAfter(text, 'Rivals').map(([name]) => String(name).replaceAll('`', ''))
    const known = dependenciesOf(['.', ...rooms])
    expect(listed.toSorted()).toEqual(dependenciesOf(['bench']).filter((name) => !known.includes(name)))
  })

  it('says of each why it is the one', () => {
    for (const heading of ['Libraries', 'Tools', 'Rivals']) {
      for (const row of tableAfter(text, heading)) expect(row.at(-1)?.length, row[0]).toBeGreaterThan(20)
    }
  })

  it('every version is exact, so that a fresh clone is what was tested', () => {
    for (const room of ['.', 'bench', ...rooms]) {
      const { dependencies = {}, optionalDependencies = {}, devDependencies = {} } = readManifest(room)
      for (const [name, version] of Object.entries({ ...dependencies, ...optionalDependencies, ...devDependencies })) {
        expect(version, `${room} → ${name}`).toMatch(/^\d+\.\d+\.\d+$/)
      }
    }
  })
})

it('every link of a document to a file of the house leads to one', () => {
  for (const file of ['README.md', 'ARCHITECTURE.md', 'CONTRIBUTING.md', 'CHANGELOG.md', 'SECURITY.md', 'docs/dependencies.md']) {
    for (const [, target] of readText(file).matchAll(/\]\((?!https?:|#)([^)#]+)/g)) {
      expect(() => readFileSync(join(root, file, '..', String(target))), `${file} → ${target}`).not.toThrow(/ENOENT/)
    }
  }
})

function isOurs(name: string): boolean {
  return name === 'millrace' || name.startsWith('@millrace/')
}

function dependenciesOf(folders: readonly string[]): string[] {
  const names = folders.flatMap((folder) => {
    const { dependencies, optionalDependencies, devDependencies, peerDependencies } = readManifest(folder)
    return Object.keys({ ...dependencies, ...optionalDependencies, ...devDependencies, ...peerDependencies })
  })
  return [...new Set(names.filter((name) => !isOurs(name)))].toSorted()
}
