import { writeSync } from 'node:fs'
import { connectEmbedded } from '@millrace/connection'
import type { ClaimedMessage, Result } from '../store.ts'
import { EmbeddedStore } from './embedded-store.ts'

// A process of the survival tests: `<folder> <round> <mode>`. One line on standard output for each message whose call was answered:
// `+id` enqueued, `-id` done. Written at once, so that what was said before this process is killed can be read.
const [folder = '', round = '0', mode = 'work'] = process.argv.slice(2)
const say = (lines: readonly string[]) => lines.length > 0 && writeSync(1, `${lines.join('\n')}\n`)

const store = new EmbeddedStore(await connectEmbedded(folder), 'mail')
const retention = { completedCount: 1_000_000, completedAgeMs: 3_600_000, deadCount: 1_000_000, deadAgeMs: 3_600_000 }
const levels = ['urgent', 'high', 'normal', 'low'] as const
let made = 0

/** Until killed; the bound is far beyond what a test waits for. */
async function produce(name: string): Promise<void> {
  for (let number = 1; number < 100_000; number++) {
    const messages = Array.from({ length: 20 }, (_, index) => ({
      id: `${round}${String(made++).padStart(9, '0')}`.padStart(14, '0'),
      explicit: false,
      level: levels[index % 4] ?? 'low',
      delayMs: index % 10 === 9 ? 5 : 0,
      scheduledForMs: null,
      options: undefined,
      payload: JSON.stringify({ round, index }),
    }))
    await store.enqueue({ producer: `${name}-${round}`, number, lowestUnanswered: number, messages, maxLength: 0, wakeNobody: true })
    say(messages.map(({ id }) => `+${id}`))
  }
}

async function work(name: string): Promise<void> {
  let [results, held]: [Result[], readonly ClaimedMessage[]] = [[], []]
  for (let number = 1; number < 100_000; number++) {
    const nonce = `${name}${number}`.padStart(11, '-')
    const call = { worker: `${name}-${round}`.padStart(14, '0'), number, nonce, leaseMs: 15_000, retention }
    const answer = await store.claim({ ...call, results, limit: mode === 'hold' ? 5 : 30, idle: false, turns: [] })
    say(held.map(({ id }) => `-${id}`))
    held = answer.messages
    results = held.map(({ id }) => ({ id, nonce, kind: 'done' }))
    if (mode === 'hold') {
      say(held.map(({ id }) => `held ${id}`))
      return
    }
  }
}

if (mode === 'hold') {
  setTimeout(() => process.exit(1), 60_000)
  const messages = ['a', 'b', 'c'].map((id) => ({
    id: id.padStart(14, '0'),
    explicit: false,
    level: 'normal' as const,
    delayMs: 0,
    scheduledForMs: null,
    options: undefined,
    payload: '1',
  }))
  await store.enqueue({ producer: 'holder-----', number: 1, lowestUnanswered: 1, messages, maxLength: 0, wakeNobody: true })
  await work('holder')
} else {
  await Promise.all([produce('one'), produce('two'), work('wa'), work('wb')])
}
