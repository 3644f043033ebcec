// A redis-server for the tests: the one on PATH, else Debian's package unpacked below .cache. Nothing is installed system-wide.
import { spawnSync } from 'node:child_process'
import { existsSync, readdirSync, symlinkSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { unpackPackages } from './debian-packages.mjs'
import { Failure } from './failure.mjs'
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
  // The tools package holds the server's binary; its libraries come along, since they may be missing.
  unpackPackages({ what: 'redis-server', name: 'redis-tools', withLibraries: true, into: unpacked, otherWay, finish: addServerName })
}

/**
 * One binary under several names acts as the name it is called by; Debian makes the server's name in another package, as a link.
 *
 * @param {string} folder
 */
function addServerName(folder) {
  const server = join(folder, 'usr', 'bin', 'redis-server')
  if (!existsSync(server)) symlinkSync('redis-check-rdb', server)
}
