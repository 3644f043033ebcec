import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { onTestFinished } from 'vitest'
import { KernelFiles } from './kernel-files.ts'

/** A kernel made of files, for one test: its texts can be changed between readings. */
export async function kernelOf(texts: Readonly<Record<string, string>>) {
  const root = await mkdtemp(join(tmpdir(), 'millrace-kernel-'))
  onTestFinished(() => rm(root, { recursive: true, force: true }))
  const change = async (changed: Readonly<Record<string, string>>) => {
    for (const [path, text] of Object.entries(changed)) {
      await mkdir(dirname(join(root, path)), { recursive: true })
      await writeFile(join(root, path), text)
    }
  }
  await change(texts)
  return { root, files: new KernelFiles(root), change }
}
