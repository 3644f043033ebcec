import { constants } from 'node:fs'
import { lstat, open, readdir, realpath, stat } from 'node:fs/promises'
import { join, relative, sep } from 'node:path'
import type { Dirent, Stats } from 'node:fs'
import { isMarkdownName, maxFileBytes } from './accept.ts'

/** A Markdown file to read, or something that a reader of the folder would expect and does not get, with the reason. Paths use `/`. */
export type Found =
  | { readonly kind: 'file'; readonly path: string; readonly absolute: string; readonly bytes: number }
  | { readonly kind: 'left-out'; readonly path: string; readonly reason: string }

/** Folders that hold no documents of their own. */
const neverEntered = new Set(['.git'])

/**
 * All Markdown files below a folder, in order of their names, one folder in memory at a time. Links are never followed: what a link inside
 * the folder leads to is found under its own name, and what it leads to outside is none of the folder. Large files are told of by their
 * size alone. Nothing that cannot be read ends the walk.
 *
 * @param root an existing folder
 * @throws Error when `root` cannot be read or is no folder
 */
export async function* walkFolder(root: string): AsyncGenerator<Found> {
  const top = await realpath(root)
  yield* walk(top, top, await readdir(top, { withFileTypes: true }))
}

async function* walk(top: string, folder: string, entries: Dirent[]): AsyncGenerator<Found> {
  for (const entry of entries.sort((a, b) => (a.name < b.name ? -1 : 1))) {
    const absolute = join(folder, entry.name)
    const path = relative(top, absolute).split(sep).join('/')
    if (entry.isSymbolicLink()) {
      const reason = await whyNotFollowed(top, folder, absolute, entry.name)
      if (reason !== undefined) yield { kind: 'left-out', path, reason }
    } else if (entry.isDirectory()) {
      if (neverEntered.has(entry.name)) continue
      const below = await attempt(() => readdir(absolute, { withFileTypes: true }))
      if (below instanceof Error) yield { kind: 'left-out', path, reason: `the folder cannot be read (${codeOf(below)})` }
      else yield* walk(top, absolute, below)
    } else if (isMarkdownName(entry.name)) {
      yield await lookAt(path, absolute)
    }
  }
}

async function lookAt(path: string, absolute: string): Promise<Found> {
  const stats = await attempt(() => lstat(absolute))
  if (stats instanceof Error) return { kind: 'left-out', path, reason: `cannot be read (${codeOf(stats)})` }
  if (!stats.isFile()) return { kind: 'left-out', path, reason: 'not a regular file' }
  if (stats.size > maxFileBytes) return { kind: 'left-out', path, reason: `larger than 1 MiB (${sizeText(stats.size)})` }
  return { kind: 'file', path, absolute, bytes: stats.size }
}

/** Undefined for links that nobody would miss: to a file that is no Markdown. */
async function whyNotFollowed(top: string, folder: string, absolute: string, name: string): Promise<string | undefined> {
  const target = await attempt(() => stat(absolute))
  if (target instanceof Error) {
    if (codeOf(target) === 'ELOOP') return 'a link that leads to itself'
    return isMarkdownName(name) ? 'a link that leads nowhere' : undefined
  }
  if (!target.isDirectory() && !isMarkdownName(name)) return undefined
  const real = await attempt(() => realpath(absolute))
  if (real instanceof Error) return `a link that cannot be read (${codeOf(real)})`
  if (!isWithin(top, real)) return 'a link that leads out of the folder'
  if (target.isDirectory() && isWithin(real, folder)) return 'a link to a folder around it'
  return 'a link; what it leads to is imported under its own name'
}

/**
 * Reads one file that the walk found, at most `maxFileBytes`.
 * @throws Error with the reason as its message when it changed meanwhile or cannot be read
 */
export async function readFound(file: { readonly absolute: string }): Promise<Uint8Array> {
  const handle = await attempt(() => open(file.absolute, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK))
  if (handle instanceof Error) throw new Error(`cannot be read (${codeOf(handle)})`, { cause: handle })
  try {
    const stats: Stats = await handle.stat()
    if (!stats.isFile()) throw new Error('not a regular file')
    const bytes = new Uint8Array(Math.min(stats.size, maxFileBytes) + 1)
    let length = 0
    for (;;) {
      const { bytesRead } = await handle.read(bytes, length, bytes.length - length, length)
      if (bytesRead === 0) return bytes.subarray(0, length)
      length += bytesRead
      if (length === bytes.length) throw new Error(length > maxFileBytes ? 'larger than 1 MiB' : 'it grew while it was read')
    }
  } finally {
    await handle.close()
  }
}

function isWithin(folder: string, path: string): boolean {
  return path === folder || path.startsWith(folder.endsWith(sep) ? folder : folder + sep)
}

async function attempt<Answer>(work: () => Promise<Answer>): Promise<Answer | Error> {
  try {
    return await work()
  } catch (error) {
    return error instanceof Error ? error : new Error(String(error))
  }
}

function codeOf(error: Error): string {
  const code = (error as NodeJS.ErrnoException).code
  return code === 'EACCES' || code === 'EPERM' ? 'no permission' : (code ?? error.message)
}

function sizeText(bytes: number): string {
  return bytes >= 10 * 1_048_576 ? `${Math.round(bytes / 1_048_576)} MiB` : `${(bytes / 1_048_576).toFixed(1)} MiB`
}
