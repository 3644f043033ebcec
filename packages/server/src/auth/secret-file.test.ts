import { chmod, mkdtemp, readdir, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { openSecretFile, secretFileName } from './secret-file.ts'

let directory: string
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'millrace-secret-'))
})
afterEach(() => rm(directory, { recursive: true }))

it('the first start makes a secret of 32 bytes that only its user can read, and later starts read it', async () => {
  const dataDir = join(directory, 'new', 'data')
  const secret = await openSecretFile(dataDir)
  expect(secret.byteLength).toBe(32)
  expect((await stat(join(dataDir, secretFileName))).mode & 0o777).toBe(0o600)
  expect(await openSecretFile(dataDir)).toEqual(secret)
  expect(await readdir(dataDir)).toEqual([secretFileName])
})

it('of many that start at once all get the same secret', async () => {
  const secrets = await Promise.all(Array.from({ length: 20 }, () => openSecretFile(directory)))
  expect(new Set(secrets.map((secret) => Buffer.from(secret).toString('hex'))).size).toBe(1)
  expect(await readdir(directory)).toEqual([secretFileName])
})

it('a file others could read is closed to them', async () => {
  await openSecretFile(directory)
  await chmod(join(directory, secretFileName), 0o644)
  await openSecretFile(directory)
  expect((await stat(join(directory, secretFileName))).mode & 0o777).toBe(0o600)
})

it('a damaged file is refused, named and left as it is', async () => {
  const path = join(directory, secretFileName)
  await writeFile(path, 'short\n')
  await expect(openSecretFile(directory)).rejects.toMatchObject({ code: 'SECRET_UNUSABLE', message: expect.stringContaining(path) })
  expect((await stat(path)).size).toBe(6)
})

it('a data directory that is a file is refused by name', async () => {
  const path = join(directory, 'file')
  await writeFile(path, '')
  await expect(openSecretFile(path)).rejects.toMatchObject({ code: 'SECRET_UNUSABLE', message: expect.stringContaining('DATA_DIR') })
})
