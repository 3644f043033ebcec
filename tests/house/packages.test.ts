import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, sep } from 'node:path'
import { RedisProcess } from '@millrace/connection/testing'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { readManifest, root, roomsIn } from './house.ts'

const rooms = roomsIn('packages')
let work = ''
/** What each package holds when a user installs it, by room. */
const contents = new Map<string, string[]>()

beforeAll(() => {
  work = mkdtempSync(join(tmpdir(), 'packed-'))
  const packed = npm(root, {}, 'pack', '--json', '--pack-destination', work, ...rooms.map((room) => `./${room}`))
  const answers = JSON.parse(packed) as Record<string, { name: string; files: { path: string }[] }>
  for (const { name, files } of Object.values(answers)) {
    const room = rooms.find((candidate) => readManifest(candidate).name === name)
    contents.set(
      String(room),
      files.map(({ path }) => path),
    )
  }
}, 120_000)

afterAll(() => rmSync(work, { recursive: true, force: true }))

describe('a packed package', () => {
  it.each(rooms)('%s holds every file that its code reads at run time, its licence and no test', (room) => {
    const files = contents.get(room) ?? []
    const sources = (readdirSync(join(root, room, 'src'), { recursive: true }) as string[]).map((file) => file.replaceAll(sep, '/'))
    const assets = sources.filter((file) => /\.(lua|sql|html|css|svg)$/.test(file))
    expect(assets.filter((file) => !files.includes(`dist/${file}`))).toEqual([])
    expect(files).toEqual(expect.arrayContaining(['LICENSE', 'README.md', 'dist/index.js', 'dist/index.d.ts', 'src/index.ts']))
    expect(files.filter((file) => /\.test\.|tsbuildinfo|testing\/sequences/.test(file))).toEqual([])
  })

  it.each(rooms)('%s reaches in its own files only what is packed with it', (room) => {
    const files = new Set(contents.get(room))
    const missing = []
    for (const file of files) {
      if (!/^dist\/.*\.js$/.test(file)) continue
      for (const [, specifier] of readFileSync(join(root, room, file), 'utf8').matchAll(
        /(?:\bfrom|\bimport\(?|new URL\()\s*['"](\.\.?\/[^'"]+\.(?:js|lua|sql))['"]/g,
      )) {
        const target = new URL(String(specifier), `file:///${file}`).pathname.slice(1)
        if (!files.has(target)) missing.push(`${file} → ${specifier}`)
      }
    }
    expect(missing).toEqual([])
  })
})

describe('the example in an empty folder', () => {
  let folder = ''

  beforeAll(() => {
    folder = join(work, 'a stranger')
    mkdirSync(folder)
    for (const entry of ['src', 'tsconfig.json', 'package.json'])
      cpSync(join(root, 'examples/hello', entry), join(folder, entry), { recursive: true })
    const manifest = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as { dependencies: Record<string, string> }
    // Not published yet: every package of ours comes from its tarball.
    const tarballs = readdirSync(work).filter((file) => file.endsWith('.tgz'))
    manifest.dependencies = Object.fromEntries(tarballs.map((file) => [nameOf(file), `file:${join(work, file)}`]))
    expect(Object.keys(manifest.dependencies).toSorted()).toEqual(rooms.map((room) => readManifest(room).name).toSorted())
    writeFileSync(join(folder, 'package.json'), JSON.stringify(manifest))
    npm(folder, {}, 'install', '--ignore-scripts', '--no-audit', '--no-fund', '--prefer-offline')
  }, 240_000)

  it('compiles against the packed types and greets everybody on a file', { timeout: 60_000 }, () => {
    expectGreetings(npm(folder, {}, 'start', '--silent'))
  })

  it('has the command of the same version, whose token a server of the same folder takes', { timeout: 60_000 }, async () => {
    expect(npm(folder, {}, 'exec', '--no', '--', 'millrace', '--version').trim()).toBe(readManifest('.').version)
    const environment = { DATA_DIR: join(folder, 'store'), PORT: '0' }
    const token = npm(folder, environment, 'exec', '--no', '--', 'millrace', 'token').trim()
    const server = spawn(process.execPath, [join(folder, 'node_modules/millrace/dist/bin.js'), 'serve', '--json'], {
      cwd: folder,
      env: { PATH: process.env['PATH'], HOME: process.env['HOME'], ...environment },
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    try {
      const [line] = (await once(server.stdout, 'data')) as [Buffer]
      const { listening } = JSON.parse(line.toString()) as { listening: string }
      const headers = { authorization: `Bearer ${token}` }
      expect((await fetch(`${listening}/api/performance/queues`, { headers })).status).toBe(200)
      for (const path of ['/dashboard/', '/docs/', '/openapi.json']) expect((await fetch(listening + path)).status, path).toBe(200)
    } finally {
      server.kill('SIGTERM')
      expect(await once(server, 'close')).toEqual([0, null])
    }
  })

  it('does the same on Redis', { timeout: 60_000 }, async () => {
    const redis = await RedisProcess.start()
    try {
      expectGreetings(npm(folder, { REDIS_URL: redis.url }, 'start', '--silent'))
    } finally {
      await redis.close()
    }
  })
})

function expectGreetings(output: string): void {
  const greeted = [...output.matchAll(/^Hello, (\w+)!/gm)].map(([, name]) => String(name))
  expect(greeted.toSorted()).toEqual(['Ada', 'Barbara', 'Edsger', 'Grace'])
  expect(output).toContain('4 completed, 1 retried')
}

function nameOf(tarball: string): string {
  const stem = tarball.replace(/-\d+\.\d+\.\d+\.tgz$/, '')
  return stem.startsWith('millrace-') ? stem.replace('millrace-', '@millrace/') : stem
}

function npm(cwd: string, variables: Record<string, string>, ...args: string[]): string {
  const { REDIS_URL: _, ...own } = process.env
  const env = { ...own, ...variables }
  const { status, stdout, stderr } = spawnSync('npm', args, {
    cwd,
    encoding: 'utf8',
    env,
    maxBuffer: 64 * 1024 * 1024,
    shell: process.platform === 'win32',
  })
  expect(status, `npm ${args.join(' ')}\n${stdout}\n${stderr}`).toBe(0)
  return stdout
}
