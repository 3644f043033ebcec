// A redis-server for the tests: the one on PATH, else Debian's package unpacked below .cache. Nothing is installed system-wide.
import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync, symlinkSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { explain, Failure } from './failure.mjs'
import { cacheFolder } from './root.mjs'

/** @typedef {{ path: string, libraries: string, version: string }} RedisServer `libraries` is a LD_LIBRARY_PATH, empty where none is needed */

const oldestMajor = 7
const unpacked = join(cacheFolder, 'redis-server')
const otherWay = 'install Redis 7 or Valkey, or name one in MILLRACE_REDIS_SERVER'

/**
 * Finds a server that runs here, or downloads one (a few seconds, once).
 *
 * @returns {RedisServer}
 * @throws Failure where none is found and none can be downloaded
 */
export function provideRedisServer() {
  const named = process.env['MILLRACE_REDIS_SERVER']
  if (named) {
    const server = tried(named, process.env['MILLRACE_REDIS_LIBRARIES'] ?? '')
    if (!server)
      throw new Failure(`MILLRACE_REDIS_SERVER is ${named}, which is no redis-server of version ${oldestMajor} or newer that runs here.`)
    return server
  }
  const server = onPath() ?? inFolder(unpacked)
  if (server) return server
  download()
  const downloaded = inFolder(unpacked)
  if (!downloaded) throw new Failure(`The redis-server of this system's package does not run or is older than ${oldestMajor}: ${otherWay}.`)
  return downloaded
}

/** @param {RedisServer} server */
export function redisVariables({ path, libraries }) {
  return { MILLRACE_REDIS_SERVER: path, MILLRACE_REDIS_LIBRARIES: libraries }
}

function onPath() {
  for (const folder of (process.env['PATH'] ?? '').split(delimiter)) {
    for (const name of ['redis-server', 'valkey-server']) {
      const path = join(folder, name)
      const server = folder && existsSync(path) ? tried(path, '') : undefined
      if (server) return server
    }
  }
  return undefined
}

/** @param {string} folder */
function inFolder(folder) {
  const path = join(folder, 'usr', 'bin', 'redis-server')
  if (!existsSync(path)) return undefined
  const libraries = ['usr/lib', 'lib'].flatMap((place) => withSubfolders(join(folder, place))).join(':')
  return tried(path, libraries)
}

/** @param {string} folder */
function withSubfolders(folder) {
  if (!existsSync(folder)) return []
  const below = readdirSync(folder, { withFileTypes: true }).filter((entry) => entry.isDirectory())
  return [folder, ...below.map((entry) => join(folder, entry.name))]
}

/**
 * @param {string} path
 * @param {string} libraries
 * @returns {RedisServer | undefined}
 */
function tried(path, libraries) {
  const { stdout } = spawnSync(path, ['--version'], { encoding: 'utf8', env: withLibraries(libraries) })
  const version = /\bv=(\d+\.\d+\.\d+)/.exec(stdout ?? '')?.[1]
  return version && Number.parseInt(version) >= oldestMajor ? { path, libraries, version } : undefined
}

/** @param {string} libraries */
function withLibraries(libraries) {
  return libraries ? { ...process.env, LD_LIBRARY_PATH: libraries } : process.env
}

function download() {
  console.log('No redis-server of version 7 on PATH: downloading the one of this system’s packages …')
  try {
    mkdirSync(cacheFolder, { recursive: true })
  } catch (error) {
    throw new Failure(explain(String(error), 'Unpacking redis-server', cacheFolder) ?? String(error))
  }
  const work = mkdtempSync(join(cacheFolder, 'redis-download-'))
  try {
    const options = aptOptions(work)
    const fromSystem = fetchPackages(work, options)
    if (fromSystem !== undefined) {
      // The system's package lists are missing, unreadable or outdated: fetch lists of our own.
      const ownLists = [...options, '-o', `Dir::State=${join(work, 'state')}`]
      command('apt-get', [...ownLists, 'update'], work)
      const failure = fetchPackages(work, ownLists)
      if (failure !== undefined) throw new Failure(`redis-server could not be downloaded (${failure}): ${otherWay}.`)
    }
    const folder = join(work, 'unpacked')
    for (const file of readdirSync(work).filter((name) => name.endsWith('.deb'))) {
      const { status, output } = command('dpkg', ['-x', join(work, file), folder], work)
      if (status !== 0)
        throw new Failure(explain(output, 'Unpacking redis-server', cacheFolder) ?? `${file} could not be unpacked: ${output.trim()}`)
    }
    // One binary under several names acts as the name it is called by; Debian makes the server's name in another package, as a link.
    const server = join(folder, 'usr', 'bin', 'redis-server')
    if (!existsSync(server)) symlinkSync('redis-check-rdb', server)
    rmSync(unpacked, { recursive: true, force: true })
    renameSync(folder, unpacked)
  } finally {
    rmSync(work, { recursive: true, force: true })
  }
}

/** @param {string} work */
function aptOptions(work) {
  for (const folder of ['cache/archives/partial', 'state/lists/partial']) mkdirSync(join(work, folder), { recursive: true })
  return [
    '-qq',
    '-o',
    `Dir::Cache=${join(work, 'cache')}`,
    '-o',
    'Dir::State::status=/var/lib/dpkg/status',
    // As root, apt would drop to a user of its own, who cannot write here.
    '-o',
    'APT::Sandbox::User=',
    '-o',
    'Acquire::Retries=2',
    '-o',
    'Acquire::http::Timeout=15',
    '-o',
    'Acquire::https::Timeout=15',
    '-o',
    'Acquire::Languages=none',
  ]
}

/**
 * The tools package holds the server's binary; its libraries come along, since they may be missing. Answers why it failed, or undefined.
 *
 * @param {string} work
 * @param {string[]} options
 */
function fetchPackages(work, options) {
  const { status, output } = command('apt-cache', [...options, 'depends', 'redis-tools'], work)
  if (status !== 0) return lastLine(output)
  const libraries = [...output.matchAll(/^\s*Depends: (lib\S+)/gm)]
    .map(([, name]) => String(name))
    .filter((name) => !/^libc6|^libelogind/.test(name))
  const fetched = command('apt-get', [...options, 'download', 'redis-tools', ...libraries], work)
  return fetched.status === 0 ? undefined : lastLine(fetched.output)
}

/**
 * @param {string} name
 * @param {string[]} args
 * @param {string} cwd
 */
function command(name, args, cwd) {
  const { status, stdout, stderr, error } = spawnSync(name, args, {
    cwd,
    encoding: 'utf8',
    env: { ...process.env, LC_ALL: 'C', DEBIAN_FRONTEND: 'noninteractive' },
  })
  if (error) return { status: 1, output: `${name} is not on this system` }
  return { status: status ?? 1, output: `${stdout}${stderr}` }
}

/** @param {string} output */
function lastLine(output) {
  return output.trim().split('\n').at(-1) ?? ''
}
