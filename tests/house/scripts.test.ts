import { spawn, spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { root } from './house.ts'

/** A script of the house; scripts are plain JavaScript, so what is used of each is typed here. */
async function script<Exports>(name: string): Promise<Exports> {
  return (await import(pathToFileURL(join(root, 'scripts', name)).href)) as Exports
}

let folder = ''
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'house scripts '))
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

describe('the version of Node', () => {
  it('is refused below 20.19 in one sentence, and nothing above is', async () => {
    const { checkNode } = await script<{ checkNode: (version: string) => void }>('node-version.mjs')
    for (const old of ['14.21.3', '18.20.4', '20.0.0', '20.18.9'])
      expect(() => checkNode(old)).toThrow(`needs Node 20.19 or newer, and this is Node ${old}`)
    for (const fit of ['20.19.0', '20.20.2', '22.0.0', '24.1.0']) expect(() => checkNode(fit)).not.toThrow()
  })
})

describe('what a tool says when it fails', () => {
  it('becomes a sentence that says what to do, where the cause is known', async () => {
    const { explain } = await script<{ explain: (output: string, doing: string, place: string) => string | undefined }>('failure.mjs')
    expect(explain('npm error code EAI_AGAIN', 'Installing', '/a')).toMatch(/^Installing needs the network/)
    expect(explain('npm warn tar ENOSPC: no space left', 'Installing', '/a b')).toMatch(/the disk that holds \/a b is full/)
    expect(explain("EROFS: read-only file system, mkdir 'x'", 'Building', '/a')).toMatch(/needs to write below \/a/)
    expect(explain('npm error code EUSAGE', 'Installing', '/a')).toBeUndefined()
  })
})

describe('an install', () => {
  const write = (file: string, packages: object) => {
    mkdirSync(join(folder, 'node_modules'), { recursive: true })
    writeFileSync(join(folder, file), JSON.stringify({ packages }))
  }

  it('is current where every package has the version of the lock, and only there', async () => {
    const { isInstalled } = await script<{ isInstalled: (folder: string) => boolean }>('install.mjs')
    const packages = {
      '': { version: '1.0.0' },
      'node_modules/a': { version: '1.0.0' },
      'node_modules/b': { version: '2.0.0', optional: true },
    }
    write('package-lock.json', packages)
    expect(isInstalled(folder)).toBe(false)
    write('node_modules/.package-lock.json', { 'node_modules/a': { version: '1.0.0' } })
    expect(isInstalled(folder)).toBe(true)
    write('package-lock.json', { ...packages, 'node_modules/a': { version: '1.0.1' } })
    expect(isInstalled(folder)).toBe(false)
    write('package-lock.json', { ...packages, 'node_modules/@millrace/new': { link: true } })
    expect(isInstalled(folder)).toBe(false)
  })
})

describe('a lock file', () => {
  interface Locks {
    lockFaults: (folder: string) => string[]
  }
  const write = (packages: object) => writeFileSync(join(folder, 'package-lock.json'), JSON.stringify({ packages }))

  it('with an optional dependency that has no entry is refused by name', async () => {
    const { lockFaults } = await script<Locks>('lock-file.mjs')
    write({ 'node_modules/a': { optionalDependencies: { 'a-linux': '1.0.0', 'a-mac': '1.0.0' } }, 'node_modules/a-linux': {} })
    expect(lockFaults(folder)).toEqual(['node_modules/a names a-mac as an optional dependency, and the lock has no entry for it'])
    write({ 'node_modules/@x/a': { optionalDependencies: { 'a-mac': '1.0.0' } }, 'node_modules/@x/a/node_modules/a-mac': {} })
    expect(lockFaults(folder)).toEqual([])
  })

  it('that names a registry is refused', async () => {
    const { lockFaults } = await script<Locks>('lock-file.mjs')
    write({ 'node_modules/a': { resolved: 'https://registry.example.org/a.tgz' } })
    expect(lockFaults(folder).join()).toContain('registry.example.org')
  })

  it('of the house and of the benchmarks is sound', async () => {
    const { lockFaults } = await script<Locks>('lock-file.mjs')
    expect(lockFaults(root)).toEqual([])
    expect(lockFaults(join(root, 'bench'))).toEqual([])
  })
})

describe('two commands started together', () => {
  interface Exclusive {
    exclusively: (work: () => void, folder: string) => void
  }

  it('prepare the folder one after the other', async () => {
    const program = (work: string) => `
      import { readFileSync } from 'node:fs'
      const { exclusively } = await import(${JSON.stringify(pathToFileURL(join(root, 'scripts/exclusive.mjs')).href)})
      exclusively(() => { ${work} }, ${JSON.stringify(folder)})`
    const said: string[] = []
    const start = (name: string, work: string) => {
      const child = spawn(process.execPath, ['--input-type=module', '-e', program(work)], { stdio: ['pipe', 'pipe', 'inherit'] })
      child.stdout.setEncoding('utf8').on('data', (text: string) => said.push(`${name}: ${text.trim()}`))
      return { child, ended: new Promise((resolve) => child.once('close', resolve)) }
    }
    const first = start('first', `console.log('begins'); readFileSync(0); console.log('ends')`)
    await vi.waitFor(() => expect(said).toEqual(['first: begins']), { timeout: 20_000 })
    const second = start('second', `console.log('begins')`)
    await vi.waitFor(() => expect(said.at(-1)).toContain('second: Waiting for process'), { timeout: 20_000 })
    first.child.stdin.end()
    await Promise.all([first.ended, second.ended])
    expect(said.filter((line) => !line.includes('Waiting'))).toEqual(['first: begins', 'first: ends', 'second: begins'])
    expect(existsSync(join(folder, 'preparing.pid'))).toBe(false)
  })

  it('take over the mark of one that is gone', async () => {
    const { exclusively } = await script<Exclusive>('exclusive.mjs')
    const { pid } = spawnSync(process.execPath, ['-e', ''])
    writeFileSync(join(folder, 'preparing.pid'), String(pid))
    let done = false
    exclusively(() => (done = true), folder)
    expect(done).toBe(true)
  })
})

describe('the closing line of a lane', () => {
  interface CountsScript {
    countsOfLine: (output: string) => unknown
    inWords: (counts: object) => string
  }

  it('is read where it is the last one, and written alike', async () => {
    const { countsOfLine, inWords } = await script<CountsScript>('counts.mjs')
    expect(countsOfLine('much\n3 passed, 1 failed, 2 skipped\n')).toEqual({ passed: 3, failed: 1, skipped: 2 })
    expect(countsOfLine('3 passed, 0 failed')).toEqual({ passed: 3, failed: 0, skipped: 0 })
    expect(countsOfLine('3 passed, 0 failed\nand then it broke\n')).toBeUndefined()
    expect(inWords({ passed: 3, failed: 0, skipped: 0 })).toBe('3 passed, 0 failed')
    expect(inWords({ passed: 3, failed: 1, skipped: 2 })).toBe('3 passed, 1 failed, 2 skipped')
  })
})
