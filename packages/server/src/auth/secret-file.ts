import { randomBytes } from 'node:crypto'
import { chmod, link, mkdir, readFile, stat, unlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { MillraceError } from '@millrace/connection'
import { minSecretBytes } from './verifier.ts'

/** The generated secret's file in the data directory. */
export const secretFileName = 'jwt-secret'

/**
 * Reads the generated secret of a data directory, or makes one that only this user can read. Of processes that start at once,
 * one makes it and all use it.
 * @throws MillraceError SECRET_UNUSABLE naming the file and what to do
 */
export async function openSecretFile(dataDir: string): Promise<Uint8Array> {
  const path = join(dataDir, secretFileName)
  try {
    return (await readSecret(path)) ?? (await makeSecret(dataDir, path))
  } catch (error) {
    if (error instanceof MillraceError) throw error
    const reason = error instanceof Error ? error.message : String(error)
    throw new MillraceError(
      'SECRET_UNUSABLE',
      `The secret in ${path} cannot be read or made: ${reason}. Set DATA_DIR to a folder you can write, or JWT_SECRET.`,
      {
        cause: error,
      },
    )
  }
}

async function readSecret(path: string): Promise<Uint8Array | undefined> {
  const text = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined
    throw error
  })
  if (text === undefined) return undefined
  const secret = Buffer.from(text.trim(), 'base64url')
  if (secret.byteLength < minSecretBytes) {
    throw new MillraceError(
      'SECRET_UNUSABLE',
      `${path} holds no secret of at least ${minSecretBytes} bytes. Delete it to have a new one made; tokens signed so far then end.`,
    )
  }
  // Whoever can read the file can sign any token.
  if (((await stat(path)).mode & 0o077) !== 0) await chmod(path, 0o600)
  return secret
}

async function makeSecret(dataDir: string, path: string): Promise<Uint8Array> {
  await mkdir(dataDir, { recursive: true, mode: 0o700 })
  const draft = `${path}.${process.pid}.${randomBytes(6).toString('hex')}`
  await writeFile(draft, `${randomBytes(32).toString('base64url')}\n`, { mode: 0o600, flag: 'wx' })
  try {
    // A link appears whole or not at all, and never over one that is there.
    await link(draft, path).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== 'EEXIST') throw error
    })
  } finally {
    await unlink(draft)
  }
  const secret = await readSecret(path)
  if (secret === undefined) throw new MillraceError('SECRET_UNUSABLE', `${path} vanished while it was read; start again.`)
  return secret
}
