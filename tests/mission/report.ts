import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { basename } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Reporter, TestModule } from 'vitest/node'
import { rows } from './rows.ts'
import type { Row } from './rows.ts'

/** A test of the lane as it ended. */
export interface Walked {
  readonly title: string
  readonly file: string
  readonly hasPassed: boolean
}

const page = fileURLToPath(new URL('../../../docs/mission.md', import.meta.url))

/** The page: a row each, with the tests that show it. Only what can be read again later: no times, no figures. */
export function missionPage(walked: readonly Walked[]): string {
  const lines = rows.map((row) => {
    const own = walked.filter(({ title }) => title.startsWith(`${row.number} `))
    return `| ${row.number} | **${row.part}**: ${row.promise} | ${stateOf(row, own)} | ${shownBy(row, own)} |`
  })
  return `# The mission, row by row

What Millrace is to be, and whether it is. The last run of \`npm test -- mission\` wrote this table: it walks each row as a user would, through the library, the commands, the interface and a browser, against a real Redis and an embedded file. A row works when every test of it passed and nothing of it is missing.

| # | what must be true | state | shown by |
| --- | --- | --- | --- |
${lines.join('\n')}
`
}

/** Each title once, with its file; what ran on both stores says so at its end. */
function shownBy({ number }: Row, own: readonly Walked[]): string {
  const kindsOf = new Map<string, string[]>()
  for (const { title, file } of own) {
    const [, text = '', kind] = /^(.*?)(?: \((redis|embedded)\))?$/.exec(title.slice(number.length + 1)) ?? []
    const key = `${text} (\`${file}\``
    kindsOf.set(key, [...(kindsOf.get(key) ?? []), ...(kind === undefined ? [] : [kind])])
  }
  return [...kindsOf].map(([key, kinds]) => `${key}${kinds.length > 0 ? `: ${kinds.join(', ')}` : ''})`).join('; ')
}

function stateOf({ notYet }: Row, own: readonly Walked[]): string {
  if (own.length === 0) return 'not yet'
  if (own.some(({ hasPassed }) => !hasPassed)) return 'fails'
  return notYet === undefined ? 'works' : `not yet: ${notYet}`
}

/** Writes the page after a run of the whole lane in which nothing failed; any other run leaves it as it is. */
export default class MissionReporter implements Reporter {
  async onTestRunEnd(modules: readonly TestModule[], errors: readonly unknown[]): Promise<void> {
    const walked = modules.flatMap((module) => [...module.children.allTests()].map((test) => walkedOf(module, test)))
    const files = readdirSync(import.meta.dirname).filter((name) => name.endsWith('.test.js'))
    // A test that was left out has not passed either.
    const isWhole = modules.length === files.length && walked.every(({ hasPassed }) => hasPassed)
    if (errors.length > 0 || !isWhole) return console.log('docs/mission.md is left as it is: not everything was walked, or not well.')
    const { format, resolveConfig } = await import('prettier')
    const text = await format(missionPage(walked), { ...(await resolveConfig(page)), filepath: page })
    if (read() === text) return
    writeFileSync(page, text)
    console.log('docs/mission.md has the rows as they were walked now.')
  }
}

function walkedOf(module: TestModule, test: { name: string; result(): { state: string } }): Walked {
  return { title: test.name, file: basename(module.moduleId).replace(/\.js$/, '.ts'), hasPassed: test.result().state === 'passed' }
}

function read(): string | undefined {
  try {
    return readFileSync(page, 'utf8')
  } catch {
    return undefined
  }
}
