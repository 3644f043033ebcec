import { accessSync, closeSync, constants, existsSync, mkdirSync, openSync, statSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { MillraceError } from '../errors.ts'

export interface StoreFolder {
  readonly directory: string
  readonly file: string
  readonly ownerFile: string
}

/**
 * Makes the folder (0700) and, in it, the empty file (0600) where they are missing.
 *
 * @throws MillraceError STORE_PATH_INVALID: a file is in the way, or the folder cannot be made or written
 */
export function makeStoreFolder(directory: string): StoreFolder {
  const path = resolve(directory)
  const file = join(path, 'millrace.db')
  try {
    makeFolders(path)
    if (!statSync(path).isDirectory()) throw Object.assign(new Error('it is not a folder'), { code: 'ENOTDIR' })
    accessSync(path, constants.W_OK | constants.X_OK)
    makeFile(file)
  } catch (error) {
    throw new MillraceError('STORE_PATH_INVALID', `The store's folder ${path} cannot be used: ${why(error, path)}.`, { cause: error })
  }
  return { directory: path, file, ownerFile: join(path, 'millrace.pid') }
}

/** Each missing folder is made once. (A recursive `mkdir` of Node tries for ever where a file system, such as /proc, knows no new folders.) */
function makeFolders(path: string): void {
  const missing: string[] = []
  for (let folder = path; !existsSync(folder) && folder !== dirname(folder); folder = dirname(folder)) missing.unshift(folder)
  for (const folder of missing) {
    try {
      mkdirSync(folder, { mode: 0o700 })
    } catch (error) {
      // Another process may be making the same folders.
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
    }
  }
}

function makeFile(file: string): void {
  try {
    closeSync(openSync(file, 'wx', 0o600))
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
    if (!statSync(file).isFile()) throw Object.assign(new Error(`${file} is not a file`), { code: 'EISDIR' })
    accessSync(file, constants.R_OK | constants.W_OK)
  }
}

function why(error: unknown, path: string): string {
  const { code, message } = error as NodeJS.ErrnoException
  switch (code) {
    case 'EEXIST':
    case 'ENOTDIR':
      return 'a file is in its place; name a folder'
    case 'EACCES':
    case 'EPERM':
      return 'this process may not write there'
    case 'EROFS':
      return 'the file system is read-only'
    case 'ENOENT':
      return 'its file system takes no new folders'
    case 'ENOSPC':
      return 'the disk is full'
    case 'EISDIR':
      return `${join(path, 'millrace.db')} is not a file`
    default:
      return message
  }
}
