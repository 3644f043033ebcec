import { writeSync } from 'node:fs'
import { connectEmbedded } from './connect-embedded.ts'
import { ledger } from './ledger.test.procedure.ts'
import type { MillraceError } from '../errors.ts'

// A process of its own for tests: `node writer.test.child.js <folder> <mode> [from] [durability]`, one word a line on standard output.
const [folder = '', mode = '', from = '0', durability = 'crash-safe'] = process.argv.slice(2)
// Written at once, so that a line the parent has not read yet is in the pipe even if this process is killed.
const say = (line: string): void => {
  for (;;) {
    try {
      return void writeSync(1, `${line}\n`)
    } catch (error) {
      // The pipe is full: the parent reads it soon.
      if ((error as NodeJS.ErrnoException).code !== 'EAGAIN') throw error
    }
  }
}

const connection = await connectEmbedded(folder, { durability: durability as 'crash-safe' | 'power-safe' }).catch(
  (error: MillraceError) => {
    say(`${error.code} ${error.message}`)
    process.exit(3)
  },
)
say('open')

if (mode === 'hold') {
  process.stdin.on('data', () => process.exit(0))
} else if (mode === 'write') {
  // Until killed: always some calls waiting, and every answered one said. The bound is far beyond what a test waits for.
  let next = Number(from)
  const writeOn = async () => {
    while (next < 1_000_000) {
      const entry = String(next++)
      await connection.run(ledger, { verb: 'add', entry })
      say(entry)
    }
  }
  await Promise.all(Array.from({ length: 20 }, writeOn))
} else if (mode === 'exit') {
  // The thread is in the middle of a call, and more wait behind it.
  for (let calls = 0; calls < 50; calls++) void connection.run(ledger, { verb: 'work', ms: 30 })
  setTimeout(() => process.exit(0), 60)
} else if (mode === 'throw') {
  for (let calls = 0; calls < 50; calls++) void connection.run(ledger, { verb: 'work', ms: 30 })
  setTimeout(() => {
    throw new Error('the application failed')
  }, 60)
} else if (mode === 'idle') {
  // Nothing waits, a pulse beats: the process must end by itself.
  await connection.run(ledger, { verb: 'add', entry: 'a' })
  connection.pulse(ledger, { verb: 'now' }, { everyMs: 10, maxStallMs: 1_000, onAnswer: () => undefined, onError: () => undefined })
} else if (mode === 'broken') {
  await connection.run(ledger, { verb: 'add', entry: 'a' })
  const down = new Promise<string>((resolve) => connection.onState(resolve))
  say(`cut ${String(await connection.run(ledger, { verb: 'cut-files' }))}`)
  const outcome = (call: Promise<unknown>) => call.then(String, (error: MillraceError) => `${error.code} ${error.message}`)
  say(await outcome(connection.run(ledger, { verb: 'add', entry: 'b' })))
  say(await down)
  say(await outcome(connection.run(ledger, { verb: 'entries' })))
  const { connected, latencyMs, warnings } = await connection.health()
  say(JSON.stringify({ connected, latencyMs, warnings: warnings.length }))
  await connection.close()
} else if (mode === 'wait') {
  // Waiting for an answer keeps the process alive.
  void connection.run(ledger, { verb: 'work', ms: 200 }).then(() => say('answered'))
}
