import { spawnSync } from 'node:child_process'
import { cpSync, mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { root, roomsIn } from './house.ts'

const packages = roomsIn('packages').map((room) => room.slice('packages/'.length))
let copy = ''

// The real configuration around rooms that are empty but for their entry: wrong imports are planted there, and never in the real sources.
beforeAll(() => {
  copy = realpathSync(mkdtempSync(join(tmpdir(), 'walls-')))
  for (const file of ['tsconfig.base.json', '.oxlintrc.json']) cpSync(join(root, file), join(copy, file))
  for (const name of packages) {
    for (const file of ['package.json', 'tsconfig.json']) cpSync(join(root, 'packages', name, file), join(copy, 'packages', name, file))
    mkdirSync(join(copy, 'packages', name, 'src'))
    writeFileSync(join(copy, 'packages', name, 'src/index.ts'), 'export const x = 1\n')
  }
  symlinkSync(join(root, 'node_modules'), join(copy, 'node_modules'))
})

afterAll(() => rmSync(copy, { recursive: true, force: true }))

function references(name: string): string[] {
  const { references: listed = [] } = JSON.parse(readFileSync(join(root, 'packages', name, 'tsconfig.json'), 'utf8')) as {
    references?: { path: string }[]
  }
  return listed.map(({ path }) => path.replace('../', '')).sort()
}

/** What a room may reach in the compiler's eyes: a reference brings along what it references itself. */
function reachable(name: string): string[] {
  const direct = references(name)
  return [...new Set([...direct, ...direct.flatMap(reachable)])].sort()
}

function specifierOf(name: string): string {
  return name === 'millrace' ? 'millrace' : `@millrace/${name}`
}

describe('the compiler', () => {
  it.each(packages)('refuses in %s an import of every room that no reference leads to', (name) => {
    const others = packages.filter((other) => other !== name)
    const planted = (other: string) => join(copy, 'packages', name, 'src', `planted-${other}.ts`)
    for (const other of others) writeFileSync(planted(other), `export * as room from '${specifierOf(other)}'\n`)
    const { stdout } = runTool('typescript/bin/tsc', '-b', `packages/${name}`, '--pretty', 'false')
    for (const other of others) rmSync(planted(other))
    expect(others.filter((other) => !stdout.includes(`planted-${other}.ts(`))).toEqual(reachable(name))
  })
})

describe('the linter', () => {
  it('allows a package to import exactly the rooms that it references', () => {
    const imports = packages.flatMap((name) =>
      packages
        .filter((other) => other !== name)
        .map((other) => ({ file: `packages/${name}/src/planted.ts`, source: `import { x } from '${specifierOf(other)}'`, name, other })),
    )
    const refused = refusals(imports)
    for (const name of packages) {
      const allowed = imports.filter((entry, index) => entry.name === name && !refused.has(index)).map(({ other }) => other)
      expect(allowed, name).toEqual(references(name))
    }
  })

  it('holds the walls inside the queue, and lets nobody past a public entry', () => {
    const cases = [
      { file: 'packages/server/src/planted.ts', source: "import { x } from '../../queue/src/queue.ts'", isAllowed: false },
      { file: 'packages/server/src/planted.ts', source: "import { x } from '@millrace/queue/dist/queue.js'", isAllowed: false },
      { file: 'packages/server/src/planted.test.ts', source: "import { x } from '@millrace/queue/testing'", isAllowed: true },
      { file: 'apps/workspace/src/planted.ts', source: "import { x } from '@millrace/queue/dist/queue.js'", isAllowed: false },
      { file: 'apps/workspace/src/planted.ts', source: "import { x } from 'millrace/server'", isAllowed: true },
      { file: 'tests/planted.ts', source: "import { x } from '../packages/queue/src/queue.ts'", isAllowed: false },
      { file: 'packages/queue/src/planted.ts', source: "import { x } from './store/redis/redis-store.ts'", isAllowed: false },
      { file: 'packages/queue/src/planted.ts', source: "import { x } from './testing/fake-clock.ts'", isAllowed: false },
      { file: 'packages/queue/src/planted.ts', source: "import { x } from './store/open-store.ts'", isAllowed: true },
      { file: 'packages/queue/src/store/planted.ts', source: "import { x } from './redis/redis-store.ts'", isAllowed: false },
      { file: 'packages/queue/src/store/redis/planted.ts', source: "import { x } from '../embedded/embedded-store.ts'", isAllowed: false },
      { file: 'packages/queue/src/store/redis/planted.ts', source: "import { x } from '../../worker.ts'", isAllowed: false },
      { file: 'packages/queue/src/store/redis/planted.ts', source: "import { x } from '../store.ts'", isAllowed: true },
      { file: 'packages/queue/src/store/redis/planted.ts', source: "import { x } from '../../policy/backoff.ts'", isAllowed: true },
      { file: 'packages/queue/src/store/embedded/planted.ts', source: "import { x } from '../redis/redis-store.ts'", isAllowed: false },
      {
        file: 'packages/queue/src/store/embedded/procedures/planted.ts',
        source: "import { x } from '../../redis/keys.ts'",
        isAllowed: false,
      },
      {
        file: 'packages/queue/src/store/embedded/procedures/planted.ts',
        source: "import { x } from '../../../queue.ts'",
        isAllowed: false,
      },
      {
        file: 'packages/queue/src/store/embedded/procedures/planted.ts',
        source: "import { x } from '../../../message.ts'",
        isAllowed: true,
      },
      { file: 'packages/queue/src/store/embedded/procedures/planted.ts', source: "import { x } from '../rows.ts'", isAllowed: true },
      { file: 'packages/queue/src/policy/planted.ts', source: "import { x } from '../store/store.ts'", isAllowed: false },
      { file: 'packages/queue/src/policy/planted.ts', source: "import { x } from 'node:crypto'", isAllowed: false },
      { file: 'packages/queue/src/policy/planted.ts', source: "import { x } from '../message.ts'", isAllowed: false },
      { file: 'packages/queue/src/policy/planted.ts', source: "import type { x } from '../message.ts'", isAllowed: true },
      { file: 'packages/queue/src/policy/planted.test.ts', source: "import { x } from 'vitest'", isAllowed: true },
    ]
    const refused = refusals(cases)
    expect(cases.map((entry, index) => ({ ...entry, isAllowed: !refused.has(index) }))).toEqual(cases)
  })
})

function runTool(file: string, ...args: string[]): { stdout: string } {
  return spawnSync(process.execPath, [join(root, 'node_modules', file), ...args], { cwd: copy, encoding: 'utf8' })
}

/** Plants every import in a file of its own where `file` lies; answers the indexes of those that the linter refuses. */
function refusals(imports: readonly { file: string; source: string }[]): Set<number> {
  const files = imports.map(({ file }, index) => file.replace('planted', `planted-${index}`))
  for (const [index, { source }] of imports.entries()) {
    const path = join(copy, String(files[index]))
    mkdirSync(dirname(path), { recursive: true })
    writeFileSync(path, `${source}\nexport ${source.startsWith('import type') ? 'type y = x' : 'const y = x'}\n`)
  }
  const { stdout } = runTool('oxlint/bin/oxlint', '-c', '.oxlintrc.json', '-f', 'unix', 'packages', 'apps', 'tests')
  for (const file of files) rmSync(join(copy, file))
  const lines = stdout.split('\n').filter((line) => line.includes('no-restricted-imports'))
  return new Set([...files.keys()].filter((index) => lines.some((line) => line.startsWith(`${files[index]}:`))))
}
