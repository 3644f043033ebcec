import { mkdtempSync, readdirSync, readlinkSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { LogSync } from './log-sync.ts'

let folder: string
let file: string

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'millrace log '))
  file = join(folder, 'millrace.db')
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

const openLogs = () =>
  readdirSync('/proc/self/fd').filter((name) => {
    try {
      return readlinkSync(`/proc/self/fd/${name}`) === `${file}-wal`
    } catch {
      return false
    }
  }).length

test('a log that cannot be synced is told, within the second', async () => {
  // There is no log: opening it fails, as syncing does on a disk that went away.
  const startedMs = performance.now()
  const failure = await new Promise((resolve) => new LogSync(file, resolve).touch())
  expect(failure).toMatchObject({ code: 'ENOENT' })
  expect(performance.now() - startedMs).toBeGreaterThan(900)
})

test('closing syncs what is left, and throws when it cannot', () => {
  const fail = (error: unknown) => {
    throw error
  }
  const broken = new LogSync(file, fail)
  broken.touch()
  expect(() => broken.close()).toThrow('ENOENT')
  writeFileSync(`${file}-wal`, 'a log')
  const log = new LogSync(file, fail)
  log.touch()
  log.close()
  new LogSync(file, fail).close()
})

// The files of a process are listed by Linux only.
test.skipIf(process.platform !== 'linux')('nothing of the log stays open after closing', () => {
  writeFileSync(`${file}-wal`, 'a log')
  const log = new LogSync(file, (error) => {
    throw error
  })
  expect(openLogs()).toBe(0)
  log.touch()
  log.close()
  expect(openLogs()).toBe(0)
})
