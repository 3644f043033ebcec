// Writes the newest result of each scenario into the README, between its two markers; `--check` only says whether it is there.
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { format, resolveConfig } from 'prettier'
import { figuresTable } from './report.mjs'

const folder = fileURLToPath(new URL('results/', import.meta.url))
const readme = fileURLToPath(new URL('../README.md', import.meta.url))
const [begin, end] = ['<!-- bench:begin -->', '<!-- bench:end -->']
const order = ['drain', 'enqueue-one-by-one', 'enqueue-bulk', 'idle-latency', 'metrics-latency']

const files = existsSync(folder) ? readdirSync(folder).filter((file) => /^\d{4}-\d\d-\d\d-.*\.json$/.test(file)) : []
/** The newest file of a scenario: names begin with the date. */
const newest = order
  .map((scenario) =>
    files
      .filter((file) => file.slice(11) === `${scenario}.json`)
      .sort()
      .at(-1),
  )
  .filter((file) => file !== undefined)
const text = readFileSync(readme, 'utf8')
const [from, to] = [text.indexOf(begin), text.indexOf(end)]

if (newest.length === 0) fail('There is no result yet: npm run bench -- all')
if (from < 0 || to < from) fail(`README.md lacks the lines ${begin} and ${end}.`)
const filled = `${text.slice(0, from)}${begin}\n\n${figuresTable(newest.map((file) => JSON.parse(readFileSync(`${folder}${file}`, 'utf8'))))}\n\n${text.slice(to)}`
const wanted = await format(filled, { ...(await resolveConfig(readme)), filepath: readme })
if (wanted === text) console.log('README.md has the newest figures.')
else if (process.argv.includes('--check')) fail('README.md does not have the newest figures: node bench/figures.mjs')
else {
  writeFileSync(readme, wanted)
  console.log(`README.md has the figures of ${newest.join(', ')} now.`)
}

function fail(sentence) {
  console.error(sentence)
  process.exit(1)
}
