// Plants each mistake of defects.mjs in a copy of the built queue package, and demands that the test named with it fails there, and passes
// without it. `npm run defects [-- name …]`; ends with 1 if a mistake survives or its place in the code is gone. A run of all of them
// writes docs/planted-defects.md.
import { spawn } from 'node:child_process'
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { prepare } from '../../scripts/bootstrap.mjs'
import { Failure, run } from '../../scripts/failure.mjs'
import { provideRedisServer, redisVariables } from '../../scripts/redis-server.mjs'
import { defects } from './defects.mjs'

const root = fileURLToPath(new URL('../..', import.meta.url))
const built = join(root, 'packages/queue/dist')
const document = join(root, 'docs/planted-defects.md')
const limitMs = 180_000
const atOnce = 2
/** A mistake that does not even run proves nothing about the test. */
const brokenPlant = /Error compiling script|SyntaxError|attempt to (call|index|compare|concatenate|perform)|is not defined/

await run(async () => {
  const chosen = choose(process.argv.slice(2))
  await prepare()
  const environment = { ...process.env, ...redisVariables(provideRedisServer()) }
  await checkBaseline(chosen, environment)

  const survivors = []
  const left = chosen[Symbol.iterator]()
  const lane = async () => {
    for (const defect of left) {
      const { caught, because } = await verdictOn(defect, environment)
      if (!caught) survivors.push(defect)
      console.log(`${caught ? '✓ caught' : '✗ SURVIVED'} ${defect.name}: ${because}`)
    }
  }
  await Promise.all(Array.from({ length: atOnce }, lane))
  if (chosen.length === defects.length && survivors.length === 0) await writeDocument()
  console.log(`${chosen.length - survivors.length} passed, ${survivors.length} failed`)
  process.exitCode = survivors.length > 0 ? 1 : 0
})

function choose(names) {
  const unknown = names.filter((name) => !defects.some((defect) => defect.name === name))
  if (unknown.length > 0)
    throw new Failure(`There is no defect ${unknown.join(', ')}; there are: ${defects.map(({ name }) => name).join(', ')}.`)
  return names.length > 0 ? defects.filter(({ name }) => names.includes(name)) : defects
}

/** Without any mistake each named test passes; else it proves nothing. */
async function checkBaseline(chosen, environment) {
  for (const file of new Set(chosen.map(({ test }) => test.file))) {
    const titles = [...new Set(chosen.filter(({ test }) => test.file === file).map(({ test }) => test.title))]
    const results = await inCopy([], (folder) => runTests(folder, file, titles, environment))
    for (const title of titles) {
      const tests = results.filter(({ name }) => name.endsWith(title))
      if (tests.length !== 1) throw new Failure(`${file} has ${tests.length} tests named: ${title}`)
      if (tests[0].failure !== undefined) throw new Failure(`${file} fails without any mistake: ${title}\n${tests[0].failure}`)
    }
  }
}

/** Whether the named test catches the mistake, and what it says. One that cannot be planted, or does not run, is not caught. */
async function verdictOn({ changes, test }, environment) {
  try {
    const results = await inCopy(changes, (folder) => runTests(folder, test.file, [test.title], environment))
    const failure = results.find((result) => result.name.endsWith(test.title))?.failure
    if (failure === undefined) return { caught: false, because: `passed: ${test.title}` }
    if (brokenPlant.test(failure)) return { caught: false, because: `does not run when planted: ${failure}` }
    return { caught: true, because: failure }
  } catch (error) {
    if (!(error instanceof Failure)) throw error
    return { caught: false, because: error.message }
  }
}

/** Calls `use` with a copy of the built package that finds its dependencies, with `changes` made in it. */
async function inCopy(changes, use) {
  const folder = mkdtempSync(join(tmpdir(), 'millrace-defect-'))
  try {
    cpSync(built, join(folder, 'dist'), { recursive: true, filter: (file) => !/\.(map|d\.ts)$/.test(file) })
    cpSync(join(root, 'packages/queue/package.json'), join(folder, 'package.json'))
    symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'))
    for (const { file, search, replace } of changes) {
      const path = join(folder, 'dist', file)
      const text = readFileSync(path, 'utf8')
      const places = text.split(search).length - 1
      if (places !== 1) throw new Failure(`${file} holds the text to be replaced ${places} times, not once: ${search}`)
      writeFileSync(
        path,
        text.replace(search, () => replace),
      )
    }
    return await use(folder)
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

/** Runs the tests of one file whose names end in one of `titles`; `failure` is the first line of what a failed one says. */
async function runTests(folder, file, titles, environment) {
  const report = join(folder, 'report.json')
  const pattern = titles.map((title) => `${title.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')}$`).join('|')
  const args = ['run', '--root', folder, '--reporter=json', `--outputFile=${report}`, '-t', pattern, '--testTimeout=30000', `dist/${file}`]
  const child = spawn(process.execPath, [join(root, 'node_modules/vitest/vitest.mjs'), ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: environment,
  })
  let output = ''
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (text) => (output += text))
  const timer = setTimeout(() => child.kill('SIGKILL'), limitMs)
  await new Promise((resolve) => child.on('close', resolve))
  clearTimeout(timer)
  if (!existsSync(report)) throw new Failure(`The tests of ${file} gave no report: ${output.slice(-2000)}`)

  return JSON.parse(readFileSync(report, 'utf8'))
    .testResults.flatMap(({ assertionResults }) => assertionResults)
    .filter(({ status }) => status === 'passed' || status === 'failed')
    .map(({ fullName, status, failureMessages }) => ({
      name: fullName,
      failure: status === 'failed' ? (failureMessages[0] ?? 'it failed').split('\n')[0] : undefined,
    }))
}

async function writeDocument() {
  const rows = defects.map(({ name, wrong, changes, test }) => {
    const files = [...new Set(changes.map(({ file }) => `\`${file}\``))].join(', ')
    return `| \`${name}\` | ${wrong} | ${files} | ${test.title} (\`${test.file}\`) |`
  })
  const text = `# Planted defects

A test that never failed proves little. Each row is a mistake that is easy to make in a queue. \`npm run defects\` plants them one by one in
a copy of the built queue package, demands that the test of the row fails there and passes without the mistake, and writes this page. A
mistake that survives, or whose place in the code is gone, ends the run with 1.

| defect | what is wrong | planted in | caught by |
| --- | --- | --- | --- |
${rows.join('\n')}
`
  const { format, resolveConfig } = await import('prettier')
  mkdirSync(join(root, 'docs'), { recursive: true })
  writeFileSync(document, await format(text, { ...(await resolveConfig(document)), parser: 'markdown' }))
}
