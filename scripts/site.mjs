// The sites that the server serves: bundled by Vite, copied to the room that hands them to the server, and weighed.
import { spawnSync } from 'node:child_process'
import { copyFileSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { explain, Failure } from './failure.mjs'
import { root } from './root.mjs'

/**
 * @typedef {object} Site
 * @property {string} name what it is called in a sentence
 * @property {string} room where it is built
 * @property {readonly string[]} rooms what its bundle is made of
 * @property {string} served the folder that the server reads
 * @property {string} [sheet] a copy of its sheet, for who mounts the component in an application of their own
 * @property {number} shellBudget what the first page may cost a reader, bytes after gzip
 * @property {number} pageBudget what any later part may cost beyond it
 * @property {Readonly<Record<string, number>>} [budgets] parts that have a budget of their own, by the name before their hash
 */

const kibi = 1024

/** THE TABLE of the sites. @type {readonly Site[]} */
export const sites = [
  {
    name: 'the dashboard',
    room: 'packages/dashboard',
    rooms: ['packages/contract', 'packages/ui', 'packages/dashboard'],
    served: 'packages/server/dist/site',
    sheet: 'packages/dashboard/dist/dashboard.css',
    shellBudget: 150 * kibi,
    pageBudget: 60 * kibi,
  },
  {
    name: 'the workspace',
    room: 'apps/workspace-site',
    rooms: ['packages/collaboration', 'packages/contract', 'packages/markdown', 'packages/ui', 'apps/workspace-site'],
    served: 'apps/workspace/dist/site',
    shellBudget: 150 * kibi,
    pageBudget: 60 * kibi,
    // CodeMirror, its Markdown and Yjs; read when a document is opened.
    budgets: { editor: 250 * kibi },
  },
]

const page = 'index.html'

/** @param {Site} site */
const builtIn = ({ room }) => join(root, room, 'dist', 'site')

/** @param {Site} site */
export const isSiteBuilt = ({ served }) => existsSync(join(root, served, page))

/**
 * Bundles a site; the rooms that it imports are compiled. Files of the last build leave only when the new ones are all there.
 *
 * @param {Site} site
 */
export function buildSite(site) {
  const vite = join(root, 'node_modules', 'vite', 'bin', 'vite.js')
  const { status, stdout, stderr } = spawnSync(process.execPath, [vite, 'build', '--logLevel', 'warn'], {
    cwd: join(root, site.room),
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  if (status !== 0) throw new Failure(explain(`${stdout}${stderr}`, `Building ${site.name}`, root) ?? `${stdout}${stderr}`.trim())
  const [built, served] = [builtIn(site), join(root, site.served)]
  const files = currentFiles(built)
  removeOthers(built, files)
  for (const file of [...files.filter((name) => name !== page), page]) {
    mkdirSync(dirname(join(served, file)), { recursive: true })
    copyFileSync(join(built, file), join(served, file))
  }
  removeOthers(served, files)
  const sheet = files.find((file) => file.endsWith('.css'))
  if (site.sheet !== undefined && sheet !== undefined) copyFileSync(join(built, sheet), join(root, site.sheet))
}

/** What is too heavy, one sentence each; empty where all is within its budget. */
export function siteFaults() {
  return sites.flatMap((site) => {
    const built = builtIn(site)
    const files = currentFiles(built)
    const text = readFileSync(join(built, page), 'utf8')
    const shell = files.filter((file) => text.includes(file))
    const weigh = (/** @type {string} */ file) => gzipSync(readFileSync(join(built, file))).length
    const faults = []
    const total = shell.map(weigh).reduce((sum, bytes) => sum + bytes, 0)
    if (total > site.shellBudget)
      faults.push(`The shell of ${site.name} weighs ${kib(total)} after gzip; ${kib(site.shellBudget)} are allowed.`)
    for (const file of files.filter((name) => name.endsWith('.js') && !shell.includes(name))) {
      const budget = site.budgets?.[file.replace(/^assets\/(.+)-[\w-]{8}\.js$/, '$1')] ?? site.pageBudget
      if (weigh(file) > budget) faults.push(`${file} of ${site.name} weighs ${kib(weigh(file))} after gzip; ${kib(budget)} are allowed.`)
    }
    return faults
  })
}

/**
 * The files that the page of the last build leads to; others are of an older one.
 *
 * @param {string} built
 */
function currentFiles(built) {
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
const kib = (bytes) => `${(bytes / kibi).toFixed(1)} KiB`
