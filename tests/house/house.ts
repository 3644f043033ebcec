import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

/** The folder of the clone: tests run from tests/dist/house. */
export const root = fileURLToPath(new URL('../../..', import.meta.url)).replace(/\/$/, '')

export interface Manifest {
  readonly name: string
  readonly version?: string
  readonly private?: boolean
  readonly dependencies?: Readonly<Record<string, string>>
  readonly optionalDependencies?: Readonly<Record<string, string>>
  readonly devDependencies?: Readonly<Record<string, string>>
  readonly peerDependencies?: Readonly<Record<string, string>>
  readonly files?: readonly string[]
}

export function readText(path: string): string {
  return readFileSync(join(root, path), 'utf8')
}

export function readManifest(room: string): Manifest {
  return JSON.parse(readText(join(room, 'package.json'))) as Manifest
}

/** The folders of `group` that hold a package, relative to the root and sorted. */
export function roomsIn(group: 'packages' | 'apps' | 'examples'): string[] {
  return readdirSync(join(root, group))
    .map((name) => `${group}/${name}`)
    .filter((room) => existsSync(join(root, room, 'package.json')))
    .sort()
}

/** The rows of the table that follows the heading `heading` in a Markdown text, header and rule left out, each cell trimmed. */
export function tableAfter(markdown: string, heading: string): string[][] {
  const lines = markdown.split('\n')
  const start = lines.findIndex((line) => line.startsWith('#') && line.replace(/^#+\s*/, '') === heading)
  if (start < 0) throw new Error(`There is no heading "${heading}".`)
  const first = lines.findIndex((line, index) => index > start && line.startsWith('|'))
  const rows = lines.slice(first)
  return rows
    .slice(
      2,
      rows.findIndex((line) => !line.startsWith('|')),
    )
    .map((line) =>
      line
        .split(/(?<!\\)\|/)
        .slice(1, -1)
        .map((cell) => cell.trim()),
    )
}
