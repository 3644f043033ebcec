// node_modules as the lock file says, installed only when they differ.
import { spawnSync } from 'node:child_process'
import { accessSync, constants, existsSync, readFileSync, rmSync } from 'node:fs'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { explain, Failure } from './failure.mjs'
import { cacheFolder, root } from './root.mjs'

/** Where npm says what is in node_modules. */
const listOfInstalled = join('node_modules', '.package-lock.json')

/** @typedef {{ version?: string, link?: boolean, optional?: boolean }} LockEntry */

/**
 * True where every package of package-lock.json lies in node_modules in the version it names. npm writes the list it is compared with as its
 * last step, so an install that was cut short is never current. Packages of other systems and optional ones do not count.
 */
export function isInstalled(folder = root) {
  const found = entries(join(folder, listOfInstalled))
  const wanted = entries(join(folder, 'package-lock.json'))
  if (!found || !wanted) return false
  return Object.entries(wanted).every(([path, entry]) => {
    if (!path.includes('node_modules/') || entry.optional) return true
    const there = found[path]
    return there !== undefined && there.version === entry.version && Boolean(there.link) === Boolean(entry.link)
  })
}

/** Installs exactly what package-lock.json names, without running any package's install script: none of ours needs one. */
export function install() {
  console.log('Installing packages …')
  const startedAtMs = Date.now()
  const { status, stdout, stderr, error } = npm(
    'ci',
    '--include=dev',
    '--include=optional',
    '--ignore-scripts',
    '--no-audit',
    '--no-fund',
    '--loglevel=warn',
    // A registry that is away is told within seconds instead of minutes.
    '--fetch-retries=1',
    '--fetch-retry-factor=2',
    '--fetch-retry-mintimeout=1000',
    '--fetch-retry-maxtimeout=5000',
  )
  if (error) throw new Failure(`npm could not be started (${error.message}): install Node together with npm.`)
  if (status !== 0) {
    const output = `${stdout}\n${stderr}`
    throw new Failure(explain(output, 'Installing packages', root) ?? `Installing packages failed:\n${stderr.trim() || stdout.trim()}`)
  }
  // npm counts a file that it could not write as a warning, and ends as if all were well.
  if (stderr.includes('TAR_ENTRY_ERROR')) {
    rmSync(join(root, listOfInstalled), { force: true })
    throw new Failure(explain(stderr, 'Installing packages', root) ?? `Installing packages left files out:\n${stderr.trim()}`)
  }
  console.log(`Packages installed in ${seconds(startedAtMs)}.`)
}

/**
 * Runs the npm that started this process, else the one on PATH.
 *
 * @param {...string} args
 */
export function npm(...args) {
  const own = process.env['npm_execpath']
  const [command, first] = own?.endsWith('.js') ? [process.execPath, [own]] : ['npm', []]
  return spawnSync(command, [...first, ...args], {
    cwd: root,
    encoding: 'utf8',
    env: { ...process.env, ...cacheVariable() },
    maxBuffer: 64 * 1024 * 1024,
    shell: command === 'npm' && process.platform === 'win32',
    stdio: ['ignore', 'pipe', 'pipe'],
  })
}

/** A user without a home folder (a service account) keeps npm's cache in ours. */
function cacheVariable() {
  if (process.env['npm_config_cache'] && isWritable(process.env['npm_config_cache'])) return {}
  return isWritable(homedir()) ? {} : { npm_config_cache: join(cacheFolder, 'npm') }
}

/** @param {string} folder */
function isWritable(folder) {
  try {
    accessSync(folder, constants.W_OK)
    return true
  } catch {
    return false
  }
}

/**
 * @param {string} file
 * @returns {Record<string, LockEntry> | undefined}
 */
function entries(file) {
  if (!existsSync(file)) return undefined
  try {
    return JSON.parse(readFileSync(file, 'utf8')).packages
  } catch {
    return undefined
  }
}

/** @param {number} sinceMs */
export function seconds(sinceMs) {
  return `${((Date.now() - sinceMs) / 1000).toFixed(1)} s`
}
