import { execFileSync } from 'node:child_process'
import { chmodSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { readFound, walkFolder } from './walk-folder.ts'

const made: string[] = []
afterAll(() => made.forEach((folder) => rmSync(folder, { recursive: true, force: true })))

function setup() {
  const folder = mkdtempSync(join(tmpdir(), 'millrace walk é '))
  made.push(folder)
  const write = (path: string, text: string | Uint8Array = '# x') => {
    mkdirSync(join(folder, path, '..'), { recursive: true })
    writeFileSync(join(folder, path), text)
  }
  const walked = async (root = folder) => {
    const files: string[] = []
    const leftOut: Record<string, string> = {}
    for await (const found of walkFolder(root)) {
      if (found.kind === 'file') files.push(found.path)
      else leftOut[found.path] = found.reason
    }
    return { files, leftOut }
  }
  return { folder, write, walked }
}

test('finds Markdown however it is named, in folders of any name, and nothing else', async () => {
  const { write, walked } = setup()
  for (const path of ['b.md', 'a b/c d.MARKDOWN', 'ünï/日本.md', 'a.txt', '.git/HEAD.md', '.hidden/x.md', 'md', 'not.md/inside.md'])
    write(path)
  expect(await walked()).toEqual({ files: ['.hidden/x.md', 'a b/c d.MARKDOWN', 'b.md', 'not.md/inside.md', 'ünï/日本.md'], leftOut: {} })
})

test('follows no link, and says where each leads', async () => {
  const { folder, write, walked } = setup()
  const outside = setup()
  outside.write('secret.md')
  write('docs/real.md')
  write('run.js')
  symlinkSync('..', join(folder, 'docs', 'up'))
  symlinkSync('self', join(folder, 'self'))
  symlinkSync(outside.folder, join(folder, 'out'))
  symlinkSync(join(outside.folder, 'secret.md'), join(folder, 'out.md'))
  symlinkSync('docs/real.md', join(folder, 'twin.md'))
  symlinkSync('nowhere.md', join(folder, 'broken.md'))
  symlinkSync('run.js', join(folder, 'run'))
  expect(await walked()).toEqual({
    files: ['docs/real.md'],
    leftOut: {
      'broken.md': 'a link that leads nowhere',
      'docs/up': 'a link to a folder around it',
      out: 'a link that leads out of the folder',
      'out.md': 'a link that leads out of the folder',
      self: 'a link that leads to itself',
      'twin.md': 'a link; what it leads to is imported under its own name',
    },
  })
})

test('a folder given by a link is walked', async () => {
  const { folder, write, walked } = setup()
  write('a.md')
  const link = join(setup().folder, 'link')
  symlinkSync(folder, link)
  expect((await walked(link)).files).toEqual(['a.md'])
})

test('a large file is told of by its size and not read', async () => {
  const { folder, write, walked } = setup()
  write('huge.md')
  truncateSync(join(folder, 'huge.md'), 50 * 1_048_576)
  write('exact.md', new Uint8Array(1_048_576))
  const { files, leftOut } = await walked()
  expect(leftOut).toEqual({ 'huge.md': 'larger than 1 MiB (50 MiB)' })
  expect(files).toEqual(['exact.md'])
  expect((await readFound({ absolute: join(folder, 'exact.md') })).length).toBe(1_048_576)
  await expect(readFound({ absolute: join(folder, 'huge.md') })).rejects.toThrow('larger than 1 MiB')
})

test('a pipe named like Markdown does not hold up the walk', async () => {
  const { folder, walked } = setup()
  execFileSync('mkfifo', [join(folder, 'pipe.md')])
  expect((await walked()).leftOut).toEqual({ 'pipe.md': 'not a regular file' })
  await expect(readFound({ absolute: join(folder, 'pipe.md') })).rejects.toThrow('not a regular file')
})

// The superuser may read everything.
test.skipIf(process.getuid?.() === 0)('what may not be read is listed, and the walk goes on', async () => {
  const { folder, write, walked } = setup()
  write('closed/a.md')
  write('closed.md')
  write('open.md')
  chmodSync(join(folder, 'closed'), 0)
  chmodSync(join(folder, 'closed.md'), 0)
  const { files, leftOut } = await walked()
  chmodSync(join(folder, 'closed'), 0o700)
  expect(leftOut).toEqual({ closed: 'the folder cannot be read (no permission)' })
  expect(files).toEqual(['closed.md', 'open.md'])
  await expect(readFound({ absolute: join(folder, 'closed.md') })).rejects.toThrow('cannot be read (no permission)')
})

test('a file that is gone when it is read says so', async () => {
  await expect(readFound({ absolute: join(setup().folder, 'gone.md') })).rejects.toThrow('cannot be read (ENOENT)')
})
