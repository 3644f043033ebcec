// npm run check: types, lint, format, unused code, package manifests, lock files and the weight of the sites, in seconds.
import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { prepare } from './bootstrap.mjs'
import { Failure, run } from './failure.mjs'
import { seconds } from './install.mjs'
import { lockFaults } from './lock-file.mjs'
import { rooms } from './rooms.mjs'
import { root } from './root.mjs'
import { siteFaults } from './site.mjs'

/** @type {readonly { name: string, faults: () => string | Promise<string> }[]} each answers what is wrong, empty where nothing is */
const checks = [
  { name: 'types of the scripts', faults: () => tool('typescript/bin/tsc', '-p', 'scripts') },
  { name: 'lint and walls', faults: () => tool('oxlint/bin/oxlint') },
  {
    name: 'format',
    faults: () => tool('prettier/bin/prettier.cjs', '--check', '--log-level=warn', '--cache', '--cache-location=.cache/prettier', '.'),
  },
  { name: 'unused files, exports, dependencies', faults: () => tool('knip/bin/knip.js', '--no-progress') },
  { name: 'package manifests', faults: packageFaults },
  { name: 'weight of the sites', faults: () => siteFaults().join('\n') },
  {
    name: 'lock files',
    faults: () =>
      ['.', 'bench']
        .filter((folder) => existsSync(join(root, folder, 'package.json')))
        .flatMap((folder) => lockFaults(join(root, folder)))
        .join('\n'),
  },
]

await run(async () => {
  const startedAtMs = Date.now()
  // The types of all rooms: a wrong import between rooms fails here.
  await prepare()
  const running = checks.map(async ({ name, faults }) => {
    const checkStartedAtMs = Date.now()
    return { name, found: await faults(), took: seconds(checkStartedAtMs) }
  })
  const failed = []
  for (const result of running) {
    const { name, found, took } = await result
    console.log(`${found ? '✗' : '✓'} ${name} (${took})`)
    if (!found) continue
    console.log(found)
    failed.push(name)
  }
  if (failed.length > 0) throw new Failure(`Not clean: ${failed.join('; ')}.`)
  console.log(`All clean in ${seconds(startedAtMs)}.`)
})

/**
 * Runs a tool from node_modules; answers its output where it fails.
 *
 * @param {string} file
 * @param {...string} args
 * @returns {Promise<string>}
 */
function tool(file, ...args) {
  const child = spawn(process.execPath, [join(root, 'node_modules', file), ...args], { cwd: root, stdio: ['ignore', 'pipe', 'pipe'] })
  let output = ''
  for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', (text) => (output += text))
  return new Promise((resolve) => child.once('close', (code) => resolve(code === 0 ? '' : output.trim() || `${file} ended with ${code}`)))
}

async function packageFaults() {
  const { publint } = await import('publint')
  const { formatMessage } = await import('publint/utils')
  const faults = []
  for (const room of rooms().filter((name) => name.startsWith('packages/'))) {
    const { messages, pkg } = await publint({ pkgDir: join(root, room), pack: 'npm', strict: true })
    for (const message of messages) faults.push(`${room}: ${formatMessage(message, pkg)}`)
  }
  return faults.join('\n')
}
