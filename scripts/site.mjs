// The dashboard as a site: bundled by Vite, copied to the server that serves it, and weighed.
import { spawnSync } from 'node:child_process'
import { copyFileSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { explain, Failure } from './failure.mjs'
import { root } from './root.mjs'

const room = join(root, 'packages', 'dashboard')
const built = join(room, 'dist', 'site')
const served = join(root, 'packages', 'server', 'dist', 'site')
const page = 'index.html'

/** What the first page may cost a reader, and any later page beyond it, bytes after gzip. */
const shellBudget = 150 * 1024
const pageBudget = 60 * 1024

export const isSiteBuilt = () => existsSync(join(served, page))

/** Bundles the dashboard; the rooms that it imports are compiled. Files of the last build leave only when the new ones are all there. */
export function buildSite() {
  const vite = join(root, 'node_modules', 'vite', 'bin', 'vite.js')
  const { status, stdout, stderr } = spawnSync(process.execPath, [vite, 'build', '--logLevel', 'warn'], {
    cwd: room,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  if (status !== 0) throw new Failure(explain(`${stdout}${stderr}`, 'Building the dashboard', root) ?? `${stdout}${stderr}`.trim())
  const files = currentFiles()
  removeOthers(built, files)
  for (const file of [...files.filter((name) => name !== page), page]) {
    mkdirSync(dirname(join(served, file)), { recursive: true })
    copyFileSync(join(built, file), join(served, file))
  }
  removeOthers(served, files)
  // For who mounts the component in an application of their own.
  const sheet = files.find((file) => file.endsWith('.css'))
  if (sheet !== undefined) copyFileSync(join(built, sheet), join(room, 'dist', 'dashboard.css'))
}

/** What is too heavy, one sentence each; empty where all is within its budget. */
export function siteFaults() {
  const files = currentFiles()
  const text = readFileSync(join(built, page), 'utf8')
  const shell = files.filter((file) => text.includes(file))
  const weigh = (/** @type {string} */ file) => gzipSync(readFileSync(join(built, file))).length
  const faults = []
  const total = shell.map(weigh).reduce((sum, bytes) => sum + bytes, 0)
  if (total > shellBudget) faults.push(`The shell of the dashboard weighs ${kib(total)} after gzip; ${kib(shellBudget)} are allowed.`)
  for (const file of files.filter((name) => name.endsWith('.js') && !shell.includes(name))) {
    if (weigh(file) > pageBudget) faults.push(`${file} weighs ${kib(weigh(file))} after gzip; ${kib(pageBudget)} a page are allowed.`)
  }
  return faults
}

/** The files that the page of the last build leads to; others are of an older one. */
function currentFiles() {
  const found = new Set([page])
  for (const file of found) {
    if (!/\.(html|js)$/.test(file)) continue
    for (const [, name] of readFileSync(join(built, file), 'utf8').matchAll(/([\w.-]+-[\w-]{8}\.(?:js|css|svg))/g))
      found.add(`assets/${name}`)
  }
  return [...found].filter((file) => existsSync(join(built, file)))
}

/**
 * @param {string} folder
 * @param {readonly string[]} files
 */
function removeOthers(folder, files) {
  for (const name of readdirSync(join(folder, 'assets'))) {
    if (!files.includes(`assets/${name}`)) rmSync(join(folder, 'assets', name), { force: true })
  }
}

/** @param {number} bytes */
const kib = (bytes) => `${(bytes / 1024).toFixed(1)} KiB`
