// One process at a time installs or builds in this folder: two commands started together must not write over each other.
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { explain, Failure } from './failure.mjs'
import { cacheFolder, root } from './root.mjs'

const longestWaitMs = 300_000

/**
 * Calls `work` while no other process does. The mark of a process that is gone is taken over.
 *
 * @param {() => void} work
 */
export function exclusively(work, folder = cacheFolder) {
  const file = join(folder, 'preparing.pid')
  const startedAtMs = Date.now()
  let told = false
  while (!take(file)) {
    const owner = ownerPid(file)
    if (owner !== undefined && !isAlive(owner)) {
      rmSync(file, { force: true })
      continue
    }
    if (Date.now() - startedAtMs > longestWaitMs)
      throw new Failure(`Process ${owner} has been preparing this folder for ${longestWaitMs / 60_000} minutes: end it, or remove ${file}.`)
    if (!told) console.log(`Waiting for process ${owner}, which is preparing this folder …`)
    told = true
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 100)
  }
  try {
    work()
  } finally {
    rmSync(file, { force: true })
  }
}

/** @param {string} file */
function take(file) {
  try {
    mkdirSync(dirname(file), { recursive: true })
    writeFileSync(file, String(process.pid), { flag: 'wx' })
    return true
  } catch (error) {
    const { code = '' } = /** @type {NodeJS.ErrnoException} */ (error)
    if (code === 'EEXIST') return false
    throw new Failure(explain(code, 'Preparing Millrace', root) ?? String(error))
  }
}

/** @param {string} file */
function ownerPid(file) {
  try {
    const pid = Number(readFileSync(file, 'utf8'))
    return Number.isSafeInteger(pid) && pid > 0 ? pid : undefined
  } catch {
    return undefined
  }
}

/** @param {number} pid */
function isAlive(pid) {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return /** @type {NodeJS.ErrnoException} */ (error).code === 'EPERM'
  }
}
