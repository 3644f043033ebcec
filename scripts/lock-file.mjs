// What npm leaves out of a lock file without a word, and what does not belong in one.
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

/** @typedef {{ version?: string, link?: boolean, resolved?: string, optionalDependencies?: Record<string, string> }} Entry */

/**
 * The faults of the lock file in `folder`; empty where it is sound.
 *
 * A registry may serve a package before the parts of it that are built for each system. npm then writes a lock without those parts, and
 * `npm ci` fails on every other machine: each optional dependency must have its entry.
 *
 * @param {string} folder
 * @returns {string[]} one sentence each
 */
export function lockFaults(folder) {
  const file = join(folder, 'package-lock.json')
  if (!existsSync(file)) return [`${file} is missing`]
  const text = readFileSync(file, 'utf8')
  /** @type {Record<string, Entry>} */
  const packages = JSON.parse(text).packages
  const faults = []
  for (const [path, { optionalDependencies = {}, resolved, link }] of Object.entries(packages)) {
    for (const name of Object.keys(optionalDependencies)) {
      if (!isReachable(packages, path, name))
        faults.push(`${path || 'the root'} names ${name} as an optional dependency, and the lock has no entry for it`)
    }
    if (resolved !== undefined && !link)
      faults.push(`${path} names where it was downloaded from (${new URL(resolved).host}): install with omit-lockfile-registry-resolved`)
  }
  return faults
}

/**
 * Node's way up from `path`: the folder's own node_modules, then those above it.
 *
 * @param {Record<string, Entry>} packages
 * @param {string} path
 * @param {string} name
 */
function isReachable(packages, path, name) {
  for (let at = path; ; at = at.slice(0, Math.max(0, at.lastIndexOf('/')))) {
    if (packages[`${at ? `${at}/` : ''}node_modules/${name}`]) return true
    if (at === '') return false
  }
}
