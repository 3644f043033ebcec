import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { readManifest, readText, root, roomsIn, tableAfter } from './house.ts'

const text = readText('ARCHITECTURE.md')

/** The first block of code after a heading or a line. */
function blockAfter(start: string): string[] {
  const [, block = ''] = /```\n([\s\S]*?)```/.exec(text.slice(text.indexOf(start))) ?? []
  return block.trimEnd().split('\n')
}

/** A placeholder stands for each verb; redrive is one. */
function filled(path: string): string {
  return path.replace('<verb>', 'redrive')
}

describe('the tree', () => {
  const listed = blockAfter('## Rooms').map((line) => line.split(/\s+/)[0] ?? '')

  it('names every room and nothing that is not there', () => {
    const rooms = [...roomsIn('packages'), ...roomsIn('apps'), ...roomsIn('examples')].map((room) => `${room}/`)
    const others = ['bench/', 'tests/', 'docs/', 'scripts/'].filter((folder) => existsSync(join(root, folder)))
    expect(listed.toSorted()).toEqual([...rooms, ...others].toSorted())
  })

  it('names every folder of the queue', () => {
    const names = blockAfter('Inside `packages/queue/src/`').flatMap((line) => line.slice(0, 38).split(/\s+/).filter(Boolean))
    expect(names.filter((name) => !existsSync(join(root, 'packages/queue/src', name)))).toEqual([])
    const folders = readdirSync(join(root, 'packages/queue/src'), { withFileTypes: true }).filter((entry) => entry.isDirectory())
    expect(folders.map(({ name }) => name).filter((name) => !names.some((listedName) => listedName.startsWith(`${name}/`)))).toEqual([])
  })
})

describe('the walls', () => {
  const walls = tableAfter(text, 'Walls').map(([room = '', imports = '']) => ({
    room: room.replaceAll('`', ''),
    imports: [...imports.matchAll(/`([a-z]+)`/g)].map(([, name]) => String(name)),
  }))

  it('are listed for every package', () => {
    expect(walls.map(({ room }) => `packages/${room}`).toSorted()).toEqual(roomsIn('packages'))
  })

  it.each(walls)('of $room are its references and its dependencies', ({ room, imports }) => {
    const { references = [] } = JSON.parse(readText(`packages/${room}/tsconfig.json`)) as { references?: { path: string }[] }
    expect(references.map(({ path }) => path.replace('../', '')).toSorted()).toEqual(imports.toSorted())
    const ours = Object.keys(readManifest(`packages/${room}`).dependencies ?? {}).filter((name) => name.startsWith('@millrace/'))
    expect(ours.map((name) => name.replace('@millrace/', '')).toSorted()).toEqual(imports.toSorted())
  })
})

it('every path that the page names exists', () => {
  const paths = [...text.matchAll(/`((?:packages|apps|tests|scripts|bench|docs)\/[^`\s]+)`/g)].map(([, path]) => String(path))
  expect(paths.length).toBeGreaterThan(30)
  expect(paths.filter((path) => !existsSync(join(root, filled(path))))).toEqual([])
})

it('every environment variable is named with the place where it is read', () => {
  const given = new Set(['PATH', 'HOME', 'TMPDIR'])
  const rows = tableAfter(text, 'Environment variables').map((row) => row.join(' '))
  const folders = [
    ...['packages', 'apps', 'examples'].flatMap((group) => roomsIn(group as 'apps').map((room) => `${room}/src`)),
    'scripts',
    'tests',
  ]
  const files = folders.flatMap((folder) =>
    (readdirSync(join(root, folder), { recursive: true }) as string[])
      .filter((file) => /\.(?:ts|tsx|mjs)$/.test(file) && !/(?:^|\/)(?:dist|node_modules)\//.test(file))
      .map((file) => `${folder}/${file}`),
  )
  const found = files.flatMap((file) =>
    Array.from(readText(file).matchAll(/(?:process\.env|environment)(?:\.|\[')([A-Z][A-Z_]+)\b/g), ([, name]) => ({
      file,
      name: String(name),
    })),
  )
  expect(found.length).toBeGreaterThan(10)
  const missing = found.filter(
    ({ file, name }) => !given.has(name) && !rows.some((row) => row.includes(`\`${file}\``) && row.includes(`\`${name}\``)),
  )
  expect(missing).toEqual([])
})

it('the verbs are those of the contract, and each has its rules, its script and its procedure', () => {
  const [, sentence = ''] = /The verbs of a store: (.*?)\. A verb/.exec(text) ?? []
  const verbs = [...sentence.matchAll(/`([a-z]+)`/g)].map(([, verb]) => String(verb))
  const source = 'packages/queue/src'
  const procedures = readdirSync(join(root, source, 'store/embedded/procedures')).map((file) => file.replace('.ts', ''))
  // The audit stands beside the contract: it looks at what the verbs keep.
  expect([...verbs, 'audit'].toSorted()).toEqual(procedures.toSorted())
  for (const verb of verbs) {
    // resume has its rules beside pause.
    const rules = verb === 'resume' ? 'pause' : verb
    expect(existsSync(join(root, source, `testing/contract/${rules}.ts`)), verb).toBe(true)
  }
})

describe('the invariants', () => {
  const rows = tableAfter(text, 'What always holds')

  it('are I1 to I12', () => {
    expect(rows.map(([number]) => number)).toEqual(Array.from({ length: 12 }, (_, index) => `I${index + 1}`))
  })

  it.each(rows)('%s: %s is guarded by a test that is there', (_number, _rule, guard) => {
    const guards = [...String(guard).matchAll(/`([^`]+)` "([^"]+)"/g)]
    expect(guards.length).toBeGreaterThan(0)
    for (const [, path, title] of guards) expect(readFileSync(join(root, String(path)), 'utf8')).toContain(title)
  })
})
