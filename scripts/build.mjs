// Compiles all rooms, copies their assets and bundles the sites. Files are written in place and only where they changed: a running process never meets an empty dist.
import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { copyAssets, removeOrphans } from './assets.mjs'
import { exclusively } from './exclusive.mjs'
import { explain, Failure, run } from './failure.mjs'
import { seconds } from './install.mjs'
import { rooms } from './rooms.mjs'
import { cacheFolder, root } from './root.mjs'
import { buildSite, isSiteBuilt, sites } from './site.mjs'

const mark = join(cacheFolder, 'build.json')
/** What the bundle of a site was made of. @param {{ readonly room: string }} site */
const siteMark = ({ room }) => join(cacheFolder, `${room.replaceAll('/', '-')}.json`)

/** True where nothing that the build reads changed since the last one, and its results are still there. */
export function isBuilt() {
  if (!existsSync(mark)) return false
  const isThere = rooms().every(
    (room) => !existsSync(join(root, room, 'tsconfig.json')) || room.startsWith('examples/') || existsSync(join(root, room, 'dist')),
  )
  return isThere && sites.every(isSiteBuilt) && readFileSync(mark, 'utf8') === fingerprint()
}

/** Builds what changed. The caller holds the folder. */
export function build() {
  const startedAtMs = Date.now()
  const before = fingerprint()
  const sitesBefore = sites.map((site) => ({ site, before: fingerprint(site.rooms) }))
  const { status, stdout, stderr } = spawnSync(process.execPath, [join(root, 'node_modules', 'typescript', 'bin', 'tsc'), '-b'], {
    cwd: root,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  if (status !== 0) {
    const output = `${stdout}${stderr}`
    throw new Failure(explain(output, 'Building', root) ?? `${output.trim()}\n\nThe build failed: the compiler names the places above.`)
  }
  try {
    copyAssets()
    removeOrphans()
    mkdirSync(cacheFolder, { recursive: true })
    for (const { site, before: siteBefore } of sitesBefore) {
      const siteMarked = siteMark(site)
      if (isSiteBuilt(site) && existsSync(siteMarked) && readFileSync(siteMarked, 'utf8') === siteBefore) continue
      buildSite(site)
      writeFileSync(siteMarked, siteBefore)
    }
    writeFileSync(mark, before)
  } catch (error) {
    if (error instanceof Failure) throw error
    throw new Failure(explain(String(error), 'Building', root) ?? String(error))
  }
  return seconds(startedAtMs)
}

/** Names, sizes and times of all that the build reads: milliseconds, where asking the compiler takes a process. */
function fingerprint(/** @type {readonly string[]} */ of = rooms()) {
  const hash = createHash('sha256')
  const note = (/** @type {string} */ file) => {
    const { mtimeMs, size } = statSync(join(root, file))
    hash.update(`${file} ${mtimeMs} ${size}\n`)
  }
  for (const file of ['package-lock.json', 'tsconfig.json', 'tsconfig.base.json']) note(file)
  for (const room of of) {
    for (const entry of readdirSync(join(root, room)).sort()) {
      if (entry === 'dist' || entry === 'node_modules') continue
      if (!statSync(join(root, room, entry)).isDirectory()) note(`${room}/${entry}`)
      else
        for (const file of /** @type {string[]} */ (readdirSync(join(root, room, entry), { recursive: true })).sort())
          note(`${room}/${entry}/${file}`)
    }
  }
  return hash.digest('hex')
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  await run(() => exclusively(() => void build()))
}
