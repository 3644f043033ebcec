// A Chromium for the tests: the one on PATH, else a headless one from npm unpacked below .cache. Nothing is installed system-wide.
import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { brotliDecompressSync, gunzipSync } from 'node:zlib'
import { explain, Failure } from './failure.mjs'
import { npm } from './install.mjs'
import { cacheFolder } from './root.mjs'

/** @typedef {{ path: string, libraries: string, version: string }} Chromium `libraries` is a LD_LIBRARY_PATH, empty where none is needed */

/** The last version that npm gives to Node 20, and what its archive must hash to. It runs on x64 Linux. */
const packed = {
  name: '@sparticuz/chromium@147.0.0',
  integrity: 'sha512-4ZKeAQQa8up2mt675qSitztLdbQrlf8BKdC5naeap+5Mv1OV1OlJdPoU+EJC/p5sQUJUQmN4r+q5+EhaaOUHpQ==',
}
const names = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable', 'chrome']
const unpacked = join(cacheFolder, 'chromium')
const otherWay = 'install Chromium or Chrome, or name one in MILLRACE_CHROMIUM'

/**
 * Finds a browser that runs here, or downloads one (some seconds and 270 MB, once).
 *
 * @returns {Chromium}
 * @throws Failure where none is found and none can be downloaded
 */
export function provideChromium() {
  const named = process.env['MILLRACE_CHROMIUM']
  if (named) {
    const browser = tried(named, process.env['MILLRACE_CHROMIUM_LIBRARIES'] ?? '')
    if (!browser) throw new Failure(`MILLRACE_CHROMIUM is ${named}, which is no Chromium that runs here.`)
    return browser
  }
  const found = onPath() ?? inFolder(unpacked)
  if (found) return found
  download()
  const downloaded = inFolder(unpacked)
  if (!downloaded) throw new Failure(`The Chromium of ${packed.name} does not run on this system: ${otherWay}.`)
  return downloaded
}

/** @param {Chromium} browser */
export function chromiumVariables({ path, libraries }) {
  return { MILLRACE_CHROMIUM: path, MILLRACE_CHROMIUM_LIBRARIES: libraries }
}

function onPath() {
  for (const folder of (process.env['PATH'] ?? '').split(delimiter)) {
    for (const name of names) {
      const path = join(folder, name)
      const browser = folder && existsSync(path) ? tried(path, '') : undefined
      if (browser) return browser
    }
  }
  return undefined
}

/** @param {string} folder */
function inFolder(folder) {
  const path = join(folder, 'chromium')
  return existsSync(path) ? tried(path, join(folder, 'al2023', 'lib')) : undefined
}

/**
 * @param {string} path
 * @param {string} libraries
 * @returns {Chromium | undefined}
 */
function tried(path, libraries) {
  const env = libraries ? { ...process.env, LD_LIBRARY_PATH: libraries } : process.env
  const { stdout } = spawnSync(path, ['--version', '--no-sandbox'], { encoding: 'utf8', env, timeout: 20_000 })
  const version = /\b(\d+\.\d+\.\d+\.\d+)\b/.exec(stdout ?? '')?.[1]
  return version ? { path, libraries, version } : undefined
}

function download() {
  if (process.platform !== 'linux' || process.arch !== 'x64') throw new Failure(`No Chromium on PATH: ${otherWay}.`)
  console.log('No Chromium on PATH: downloading a headless one from npm …')
  try {
    mkdirSync(cacheFolder, { recursive: true })
  } catch (error) {
    throw new Failure(explain(String(error), 'Unpacking Chromium', cacheFolder) ?? String(error))
  }
  const work = mkdtempSync(join(cacheFolder, 'chromium-download-'))
  try {
    const { status, stdout, stderr } = npm('pack', packed.name, '--json', '--pack-destination', work, '--loglevel=warn')
    if (status !== 0) {
      const cause = explain(`${stdout}\n${stderr}`, 'Downloading Chromium', cacheFolder)
      throw new Failure(cause ?? `Chromium could not be downloaded (${stderr.trim().split('\n').at(-1)}): ${otherWay}.`)
    }
    const archive = join(work, String(JSON.parse(stdout)[0].filename))
    const hash = `sha512-${createHash('sha512').update(readFileSync(archive)).digest('base64')}`
    if (hash !== packed.integrity) throw new Failure(`What npm gave as ${packed.name} is not what was expected; nothing of it was run.`)
    const folder = join(work, 'unpacked')
    mkdirSync(folder)
    untar(gunzipSync(readFileSync(archive)), work)
    const parts = join(work, 'package', 'bin')
    writeFileSync(join(folder, 'chromium'), brotliDecompressSync(readFileSync(join(parts, 'chromium.br'))))
    chmodSync(join(folder, 'chromium'), 0o755)
    for (const name of ['al2023', 'swiftshader', 'fonts']) {
      const into = name === 'swiftshader' ? folder : join(folder, name)
      mkdirSync(into, { recursive: true })
      untar(brotliDecompressSync(readFileSync(join(parts, `${name}.tar.br`))), into)
    }
    rmSync(unpacked, { recursive: true, force: true })
    renameSync(folder, unpacked)
  } finally {
    rmSync(work, { recursive: true, force: true })
  }
}

/**
 * @param {Buffer} archive not compressed
 * @param {string} into
 */
function untar(archive, into) {
  const { status, stderr, error } = spawnSync('tar', ['-x', '-C', into], { input: archive, encoding: 'utf8' })
  if (error) throw new Failure(`Unpacking Chromium needs tar, which is not on this system: ${otherWay}.`)
  if (status !== 0)
    throw new Failure(explain(stderr, 'Unpacking Chromium', cacheFolder) ?? `Chromium could not be unpacked: ${stderr.trim()}`)
}
