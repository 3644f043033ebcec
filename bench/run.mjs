// npm run bench -- <scenario>: ours and the rivals side by side. Built-ins only up to the moment when everything is installed.
import { execFileSync } from 'node:child_process'
import { existsSync, readdirSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { prepare } from '../scripts/bootstrap.mjs'
import { Failure, run } from '../scripts/failure.mjs'

const here = fileURLToPath(new URL('.', import.meta.url))
const names = (folder) => readdirSync(`${here}${folder}`).map((file) => file.replace('.mjs', ''))
const [scenarios, peers] = [names('scenarios'), names('peers')]

const usage = `npm run bench -- <scenario …> [--rounds 5] [--messages N] [--peers millrace,bullmq] [--aof] [--no-save]

scenarios   ${scenarios.join(', ')}, all
--peers     some of ${peers.join(', ')} (default: all)
--rounds    cells a peer, each in a fresh process on an emptied server; the median counts (default 5)
--messages  another number than the scenario's own
--aof       Redis with appendfsync everysec (default: no persistence)
--no-save   print only, write no result file`

await run(async () => {
  const settings = read()
  if (!settings) {
    console.log(usage)
    return
  }
  await prepare()
  if (settings.peers.some((peer) => peer !== 'millrace')) installRivals()
  const { measure } = await import('./measure.mjs')
  await measure(settings)
})

/** What the words of the command line ask for; undefined where they ask for help. */
function read() {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      rounds: { type: 'string', default: '5' },
      messages: { type: 'string' },
      peers: { type: 'string', default: peers.join(',') },
      aof: { type: 'boolean', default: false },
      'no-save': { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  })
  if (values.help || positionals.length === 0) return undefined
  const wanted = positionals.includes('all') ? scenarios : positionals
  const chosen = values.peers.split(',')
  const rounds = Number(values.rounds)
  const messages = values.messages === undefined ? undefined : Number(values.messages)
  const unknown = wanted.find((name) => !scenarios.includes(name)) ?? chosen.find((name) => !peers.includes(name))
  if (unknown !== undefined) throw new Failure(`There is no scenario or peer "${unknown}".\n\n${usage}`)
  for (const [name, count] of Object.entries({ rounds, messages })) {
    if (count !== undefined && !(Number.isInteger(count) && count > 0)) throw new Failure(`--${name} must be a whole number above 0.`)
  }
  return { scenarios: wanted, peers: chosen, rounds, messages, aof: values.aof, save: !values['no-save'] }
}

/** The rivals have a lock file of their own, so that they are no dependency of ours. */
function installRivals() {
  if (existsSync(`${here}node_modules/.package-lock.json`)) return
  console.log('Installing the rivals …')
  execFileSync('npm', ['ci', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error'], { cwd: here, stdio: 'inherit' })
}
