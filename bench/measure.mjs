// Runs scenarios, our cells and the rivals' alternating, and writes results/<date>-<scenario>.json.
import { execFileSync, spawn } from 'node:child_process'
import { mkdirSync, writeFileSync } from 'node:fs'
import os from 'node:os'
import { fileURLToPath } from 'node:url'
import { RedisProcess } from '@millrace/connection/testing'
import { Redis } from 'ioredis'
import { format, summary, table } from './report.mjs'

const here = fileURLToPath(new URL('.', import.meta.url))
const cellLimitMs = 180_000

export async function measure(settings) {
  const server = await RedisProcess.start({ args: ['--appendonly', settings.aof ? 'yes' : 'no', '--appendfsync', 'everysec'] })
  const control = new Redis({ port: server.port, host: '127.0.0.1' })
  try {
    const redis = /redis_version:(\S+)/.exec(await control.info('server'))[1]
    for (const name of settings.scenarios) {
      const scenario = await import(`./scenarios/${name}.mjs`)
      console.log(`\n${name}: ${scenario.question}`)
      const cells = await alternate(name, scenario, settings, server, control)
      const result = {
        scenario: name,
        question: scenario.question,
        unit: scenario.unit,
        lowerIsBetter: scenario.lowerIsBetter ?? false,
        date: new Date().toISOString(),
        command: commandOf(name, settings),
        machine: machine(),
        redis: { version: redis, persistence: settings.aof ? 'AOF everysec' : 'none' },
        commit: commit(),
        peers: summary(cells),
        cells,
      }
      console.log(`\n${table(result)}`)
      if (settings.save) save(result, settings)
    }
  } finally {
    control.disconnect()
    await server.close()
  }
}

/** One cell of each peer in turn, `rounds` times, so that a slow minute of the machine hits all of them. */
async function alternate(name, scenario, { peers: wanted, rounds, messages }, server, control) {
  const peers = wanted.filter((peer) => scenario.peers?.includes(peer) ?? true)
  const cells = Object.fromEntries(peers.map((peer) => [peer, []]))
  for (let round = 1; round <= rounds; round++) {
    for (const peer of peers) {
      await control.flushall()
      await control.config('RESETSTAT')
      const load = os.loadavg()[0]
      const cell = await runCell(name, peer, server.port, messages)
      cells[peer].push({ ...cell, load })
      console.log(`  round ${round}/${rounds}  ${peer.padEnd(10)} ${format(cell.figure)} ${scenario.unit}`)
    }
  }
  return cells
}

/** A fresh process; its last line of output is the cell. */
function runCell(scenario, peer, port, messages) {
  const args = ['cell.mjs', '--scenario', scenario, '--peer', peer, '--port', String(port)]
  if (messages !== undefined) args.push('--messages', String(messages))
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, args, { cwd: here, stdio: ['ignore', 'pipe', 'inherit'] })
    const timer = setTimeout(() => child.kill('SIGKILL'), cellLimitMs)
    let output = ''
    child.stdout.on('data', (text) => (output += text))
    child.on('close', (code, signal) => {
      clearTimeout(timer)
      const line = output.trim().split('\n').at(-1)
      if (code === 0 && line?.startsWith('{')) resolve(JSON.parse(line))
      else reject(new Error(`${peer} in ${scenario} ended with ${signal ?? `code ${code}`} (a cell may take ${cellLimitMs / 1000} s)`))
    })
  })
}

function machine() {
  return {
    cpu: os.cpus()[0]?.model.trim(),
    cores: os.cpus().length,
    memoryGiB: Math.round(os.totalmem() / 2 ** 30),
    kernel: os.release(),
    node: process.version,
  }
}

/** The commit measured, and whether the packages differ from it. */
function commit() {
  const git = (...args) => execFileSync('git', args, { cwd: here, encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).trim()
  try {
    return git('rev-parse', '--short', 'HEAD') + (git('status', '--porcelain', '--', '../packages') === '' ? '' : ' with changes')
  } catch {
    return 'unknown'
  }
}

function commandOf(name, { rounds, messages, aof, peers }) {
  const all = ['npm run bench --', name, `--rounds ${rounds}`, `--peers ${peers.join(',')}`]
  if (messages !== undefined) all.push(`--messages ${messages}`)
  if (aof) all.push('--aof')
  return all.join(' ')
}

function save(result, { aof }) {
  mkdirSync(`${here}results`, { recursive: true })
  const file = `results/${result.date.slice(0, 10)}-${result.scenario}${aof ? '-aof' : ''}.json`
  writeFileSync(`${here}${file}`, `${JSON.stringify(result, null, 2)}\n`)
  console.log(`written: bench/${file}`)
}
