import { execFile } from 'node:child_process'
import { readdirSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { expect, it } from 'vitest'

const bench = fileURLToPath(new URL('../../../bench/', import.meta.url))

it('every benchmark runs, at a size that says nothing about speed', async () => {
  const args = ['run.mjs', 'all', '--peers', 'millrace', '--rounds', '1', '--messages', '300', '--no-save']
  const { stdout } = await promisify(execFile)(process.execPath, args, { cwd: bench })
  for (const file of readdirSync(`${bench}scenarios`)) {
    expect(stdout).toMatch(new RegExp(`\\| ${file.replace('.mjs', '')} \\|.*\\n.*\\n\\| millrace 0\\.`))
  }
})
