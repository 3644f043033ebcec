import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'

export interface Settings {
  readonly messages: number
  readonly seed: number
  /** The kills of a full run are multiplied by this when fewer or more messages are asked for. */
  readonly scale: number
}

const fullSize = 100_000

/** `--messages` and `--seed`; the seed is random where none is given, and printed, so that a run can be had again. */
export function readSettings(title: string): Settings {
  const { values } = parseArgs({ options: { messages: { type: 'string' }, seed: { type: 'string' } } })
  const messages = Number(values.messages ?? fullSize)
  const seed = Number(values.seed ?? Math.floor(Math.random() * 2 ** 31))
  console.log(`${title}: ${messages.toLocaleString('en-US')} messages, --seed ${seed}`)
  return { messages, seed, scale: messages / fullSize }
}

/** A folder that is gone when this process ends, unless the run failed: then it is kept and named. */
export function temporaryFolder(): { directory: string; keep(): void } {
  const directory = mkdtempSync(join(tmpdir(), 'millrace chaos '))
  let kept = false
  process.on('exit', () => {
    if (kept) console.error(`the ledgers are kept in ${directory}`)
    else rmSync(directory, { recursive: true, force: true })
  })
  return { directory, keep: () => (kept = true) }
}
