// npm test: installs, builds, provides a redis-server and a Chromium, runs every lane and ends with the line `N passed, N failed`.
// `npm test -- <lane>` runs one lane; further words go to vitest as file filters.
import { spawn } from 'node:child_process'
import { existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { prepare } from './bootstrap.mjs'
import { chromiumVariables, provideChromium } from './chromium.mjs'
import { countsOfLine, inWords } from './counts.mjs'
import { run } from './failure.mjs'
import { seconds } from './install.mjs'
import { budgetMinutes, lanes } from './lanes.mjs'
import { promtoolVariables, providePromtool } from './promtool.mjs'
import { provideRedisServer, redisVariables } from './redis-server.mjs'
import { cacheFolder, root } from './root.mjs'

/** @typedef {import('./counts.mjs').Counts} Counts */

const report = join(cacheFolder, 'vitest.json')
const usage = `usage: npm test                     every lane: ${lanes.map(({ name }) => name).join(', ')}
       npm test -- chaos-redis      one lane, or several by name
       npm test -- packages/queue   the rules in files whose path holds these words

Installs, builds, finds or unpacks a redis-server, a promtool and a Chromium, and ends with the line "N passed, N failed".
MILLRACE_REDIS_SERVER, MILLRACE_PROMTOOL and MILLRACE_CHROMIUM name others, MILLRACE_SEQUENCES how many random sequences a store plays (500).`

await run(async () => {
  const startedAtMs = Date.now()
  const words = process.argv.slice(2)
  if (words.includes('--help') || words.includes('-h')) {
    console.log(usage)
    return
  }
  await prepare()
  const server = provideRedisServer()
  console.log(`Node ${process.versions.node}, redis-server ${server.version} (${server.path})`)
  const chosen = lanes.filter(({ name }) => words.includes(name))
  const filters = words.filter((word) => !lanes.some(({ name }) => name === word))
  const running = chosen.length > 0 ? chosen : filters.length > 0 ? lanes.filter(({ counts }) => counts === 'vitest') : lanes
  const browser = running.some(({ needs }) => needs === 'chromium') ? provideChromium() : undefined
  if (browser) console.log(`Chromium ${browser.version} (${browser.path})`)
  const promtool = running.some(({ needs }) => needs === 'promtool') ? providePromtool() : undefined
  const variables = {
    ...process.env,
    ...redisVariables(server),
    ...(browser ? chromiumVariables(browser) : {}),
    ...promtoolVariables(promtool),
  }
  const total = { passed: 0, failed: 0, skipped: 0 }
  const lines = []
  for (const lane of running) {
    const laneStartedAtMs = Date.now()
    console.log(`\n── ${lane.name} ──`)
    const counts = await runLane(lane, filters, variables)
    for (const key of /** @type {(keyof Counts)[]} */ (Object.keys(total))) total[key] += counts[key]
    lines.push(`${lane.name}: ${inWords(counts)} in ${seconds(laneStartedAtMs)}`)
  }
  const minutes = (Date.now() - startedAtMs) / 60_000
  console.log(`\n${lines.join('\n')}`)
  console.log(
    `${minutes.toFixed(1)} of the ${budgetMinutes} minutes that all of this may take${minutes > budgetMinutes ? ': over the budget' : ''}`,
  )
  console.log(inWords(total))
  process.exitCode = total.failed > 0 || total.passed === 0 ? 1 : 0
})

/**
 * @param {import('./lanes.mjs').Lane} lane
 * @param {string[]} filters
 * @param {NodeJS.ProcessEnv} env
 * @returns {Promise<Counts>}
 */
async function runLane(lane, filters, env) {
  const isVitest = lane.counts === 'vitest'
  mkdirSync(cacheFolder, { recursive: true })
  rmSync(report, { force: true })
  const args = isVitest
    ? [...lane.command, '--reporter=default', '--reporter=json', `--outputFile.json=${report}`, ...filters]
    : lane.command
  // A group of its own, so that a lane that hangs is ended with all it started.
  const child = spawn(process.execPath, args, {
    cwd: root,
    env,
    detached: true,
    stdio: ['ignore', isVitest ? 'inherit' : 'pipe', 'inherit'],
  })
  const end = (/** @type {NodeJS.Signals} */ signal) => {
    try {
      if (child.pid) process.kill(-child.pid, signal)
    } catch {
      // It has ended.
    }
  }
  const pass = (/** @type {NodeJS.Signals} */ signal) => {
    end(signal)
    process.exit(130)
  }
  process.once('SIGINT', pass).once('SIGTERM', pass)
  const limit = setTimeout(() => {
    console.error(`\n${lane.name} has run for ${lane.limitMinutes} minutes and is ended.`)
    end('SIGKILL')
  }, lane.limitMinutes * 60_000)
  let last = ''
  child.stdout?.setEncoding('utf8').on('data', (/** @type {string} */ text) => {
    process.stdout.write(text)
    last = (last + text).slice(-2_000)
  })
  const code = await new Promise((resolve) => child.once('close', resolve))
  clearTimeout(limit)
  process.removeListener('SIGINT', pass).removeListener('SIGTERM', pass)
  const counts = (isVitest ? countsOfVitest() : countsOfLine(last)) ?? { passed: 0, failed: 0, skipped: 0 }
  // A lane that ended badly without naming a failed test (a file that does not load, an unhandled rejection, a crash) failed all the same.
  return code !== 0 && counts.failed === 0 ? { ...counts, failed: 1 } : counts
}

/** @returns {Counts | undefined} */
function countsOfVitest() {
  if (!existsSync(report)) return undefined
  const { numPassedTests, numFailedTests, numPendingTests, numTodoTests } = JSON.parse(readFileSync(report, 'utf8'))
  return { passed: numPassedTests, failed: numFailedTests, skipped: numPendingTests + numTodoTests }
}
