import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'

/**
 * A value the connection fills in at each send, so that a repeated call tells the truth of that moment.
 * `store-run`: the run id of the server this socket talks to (16 characters). `away-ms`: how long this
 * process's own connection had failed, ms, for 15 s after it healed; else 0.
 */
export interface Placeholder {
  readonly placeholder: 'store-run' | 'away-ms'
}

export const storeRun: Placeholder = { placeholder: 'store-run' }
export const awayMs: Placeholder = { placeholder: 'away-ms' }

export type ScriptArgument = string | number | Placeholder

/** `read`: no writes. `grow`: may need memory, refused on a full server. `free`: runs on a full server too. */
export type ScriptEffect = 'read' | 'grow' | 'free'

const flags: Record<ScriptEffect, string> = { read: ' flags=no-writes', grow: '', free: ' flags=allow-oom' }

/** One Lua file that runs next to the data. `source()` and `sha()` read the file at the first call, once. */
export interface Script {
  readonly name: string
  readonly effect: ScriptEffect
  /** Lines before the body's first line; error positions are shifted back by it. */
  preludeLines(): number
  source(): string
  sha(): string
}

/**
 * Names a Lua file as a script. The `#!lua` line with its flags is written here, the prelude is put before the body.
 * Reads nothing until the script is first used.
 */
export function defineScript(definition: {
  readonly name: string
  readonly file: URL
  readonly prelude?: URL
  readonly effect: ScriptEffect
}): Script {
  let text: { source: string; sha: string; preludeLines: number } | undefined
  const load = () => {
    if (text) return text
    const prelude = definition.prelude ? readFileSync(definition.prelude, 'utf8').replace(/\n*$/, '\n') : ''
    const head = `#!lua${flags[definition.effect]}\n${prelude}`
    const source = head + readFileSync(definition.file, 'utf8')
    text = { source, sha: createHash('sha1').update(source).digest('hex'), preludeLines: head.split('\n').length - 1 }
    return text
  }
  return {
    name: definition.name,
    effect: definition.effect,
    preludeLines: () => load().preludeLines,
    source: () => load().source,
    sha: () => load().sha,
  }
}
