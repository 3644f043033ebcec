// A promtool for the tests: the one on PATH, else that of Debian's package unpacked below .cache. Tests that need it are skipped without it.
import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { unpackPackages } from './debian-packages.mjs'
import { cacheFolder } from './root.mjs'

const unpacked = join(cacheFolder, 'prometheus')
const inFolder = join(unpacked, 'usr', 'bin', 'promtool')

/**
 * Finds one that runs here, or downloads it (19 MB, once); undefined where neither can be.
 *
 * @returns {string | undefined} its path
 */
export function providePromtool() {
  const named = process.env['MILLRACE_PROMTOOL']
  if (named) return named
  if (runs('promtool')) return 'promtool'
  if (!existsSync(inFolder)) {
    console.log('No promtool on PATH: downloading the one of this system’s packages …')
    try {
      unpackPackages({
        what: 'promtool',
        name: 'prometheus',
        into: unpacked,
        otherWay: 'install Prometheus, or name one in MILLRACE_PROMTOOL',
      })
    } catch (error) {
      console.log(`${error instanceof Error ? error.message : String(error)} Tests that need it are skipped.`)
      return undefined
    }
  }
  return runs(inFolder) ? inFolder : undefined
}

/** @param {string | undefined} path */
export function promtoolVariables(path) {
  return path === undefined ? {} : { MILLRACE_PROMTOOL: path }
}

/** @param {string} path */
function runs(path) {
  return spawnSync(path, ['--version'], { stdio: 'ignore', timeout: 20_000 }).status === 0
}
