import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { connectEmbedded } from './connect-embedded.ts'
import { ledger } from './ledger.test.procedure.ts'

const program = fileURLToPath(new URL('./writer.test.child.js', import.meta.url))
let folder: string

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'millrace survival '))
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

function start(...args: string[]) {
  const child = spawn(process.execPath, [program, folder, ...args], { stdio: ['ignore', 'pipe', 'pipe'] })
  const lines: string[] = []
  const errors: string[] = []
  child.stderr.on('data', (chunk) => errors.push(String(chunk)))
  const reader = createInterface({ input: child.stdout })
  const ended = Promise.all([once(child, 'exit') as Promise<[number | null, string | null]>, once(reader, 'close')]).then(
    ([[code, signal]]) => ({ code, signal }),
  )
  const said = (count: number) =>
    new Promise<void>((resolve, reject) => {
      const check = () => {
        if (lines.length >= count) resolve()
      }
      reader.on('line', check)
      void ended.then(() => reject(new Error(`the process ended after ${lines.length} lines: ${errors.join('')}`)))
      check()
    })
  reader.on('line', (line) => lines.push(line))
  return { child, lines, errors, ended, said }
}

async function stored(): Promise<string[]> {
  const connection = await connectEmbedded(folder)
  try {
    return (await connection.run(ledger, { verb: 'entries' })) as string[]
  } finally {
    await connection.close()
  }
}

for (const durability of ['crash-safe', 'power-safe']) {
  test(`a process killed in the middle of writing loses no answered call, ten times in a row (${durability})`, async () => {
    const answered = new Set<string>()
    let from = 0
    for (let round = 1; round <= 10; round++) {
      const writer = start('write', String(from), durability)
      // A different moment each round: early in the life of the file, and far into it.
      await writer.said(1 + round * round * 7)
      writer.child.kill('SIGKILL')
      expect(await writer.ended).toMatchObject({ signal: 'SIGKILL' })
      for (const line of writer.lines.slice(1)) answered.add(line)
      const found = await stored()
      expect(new Set(found).size).toBe(found.length)
      const missing = [...answered].filter((entry) => !found.includes(entry))
      expect(missing).toEqual([])
      from = Math.max(...found.map(Number)) + 1
    }
  })
}

test('a process that exits without close, in the middle of a call, ends as it wished: nothing aborts it', async () => {
  const { ended, errors } = start('exit')
  expect({ ...(await ended), errors }).toEqual({ code: 0, signal: null, errors: [] })
})

test('a process that fails in the middle of a call ends with its own error', async () => {
  const { ended, errors } = start('throw')
  expect(await ended).toEqual({ code: 1, signal: null })
  expect(errors.join('')).toContain('the application failed')
  expect(errors.join('')).not.toContain('panicked')
})

test('an open store with nothing to wait for does not keep its process alive', async () => {
  const { ended, errors } = start('idle')
  expect({ ...(await ended), errors }).toEqual({ code: 0, signal: null, errors: [] })
  expect(await stored()).toEqual(['a'])
})

test('waiting for an answer keeps the process alive', async () => {
  const { ended, lines } = start('wait')
  expect(await ended).toEqual({ code: 0, signal: null })
  expect(lines).toEqual(['open', 'answered'])
})

// The files of a process are listed by Linux only.
test.skipIf(process.platform !== 'linux')(
  'when the disk fails below the database every call fails from then on, and it is said',
  async () => {
    const { ended, lines } = start('broken')
    expect(await ended).toMatchObject({ signal: null })
    const unavailable = expect.stringMatching(/^STORE_UNAVAILABLE .*Nothing more is written by this process/)
    expect(lines).toEqual([
      'open',
      expect.stringMatching(/^cut [1-9]/),
      unavailable,
      'down',
      unavailable,
      '{"connected":false,"latencyMs":null,"warnings":1}',
    ])
    expect(await stored()).toEqual(['a'])
  },
)
