// Programs of this system's Debian packages, unpacked below .cache: nothing is installed system-wide.
import { spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { explain, Failure } from './failure.mjs'
import { cacheFolder } from './root.mjs'

/**
 * Downloads a package and unpacks it (a few seconds); what was in the folder before is replaced.
 *
 * @param {object} wanted
 * @param {string} wanted.what the program, for messages
 * @param {string} wanted.name of the package
 * @param {boolean} [wanted.withLibraries] the libraries that it depends on come along
 * @param {string} wanted.into the folder it is unpacked to
 * @param {string} wanted.otherWay what a person can do instead
 * @param {(folder: string) => void} [wanted.finish] is given the unpacked folder before it gets its place
 * @throws Failure
 */
export function unpackPackages({ what, name, withLibraries = false, into, otherWay, finish }) {
  try {
    mkdirSync(cacheFolder, { recursive: true })
  } catch (error) {
    throw new Failure(explain(String(error), `Unpacking ${what}`, cacheFolder) ?? String(error))
  }
  const work = mkdtempSync(join(cacheFolder, `${name}-download-`))
  try {
    const options = aptOptions(work)
    const fromSystem = fetchPackages(name, withLibraries, work, options)
    if (fromSystem !== undefined) {
      // The system's package lists are missing, unreadable or outdated: fetch lists of our own.
      const ownLists = [...options, '-o', `Dir::State=${join(work, 'state')}`]
      command('apt-get', [...ownLists, 'update'], work)
      const failure = fetchPackages(name, withLibraries, work, ownLists)
      if (failure !== undefined) throw new Failure(`${what} could not be downloaded (${failure}): ${otherWay}.`)
    }
    const folder = join(work, 'unpacked')
    for (const file of readdirSync(work).filter((each) => each.endsWith('.deb'))) {
      const { status, output } = command('dpkg', ['-x', join(work, file), folder], work)
      if (status !== 0) {
        throw new Failure(explain(output, `Unpacking ${what}`, cacheFolder) ?? `${file} could not be unpacked: ${output.trim()}`)
      }
    }
    finish?.(folder)
    rmSync(into, { recursive: true, force: true })
    renameSync(folder, into)
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
 * The package's file, and its libraries' where they are wanted, into `work`. Answers why it failed, or undefined.
 *
 * @param {string} name
 * @param {boolean} withLibraries
 * @param {string} work
 * @param {string[]} options
 */
function fetchPackages(name, withLibraries, work, options) {
  const names = [name]
  if (withLibraries) {
    const { status, output } = command('apt-cache', [...options, 'depends', name], work)
    if (status !== 0) return lastLine(output)
    const libraries = [...output.matchAll(/^\s*Depends: (lib\S+)/gm)].map(([, library]) => String(library))
    names.push(...libraries.filter((library) => !/^libc6|^libelogind/.test(library)))
  }
  const fetched = command('apt-get', [...options, 'download', ...names], work)
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
