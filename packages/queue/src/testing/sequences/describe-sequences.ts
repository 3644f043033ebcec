import fc from 'fast-check'
import { afterAll, beforeAll, describe, it } from 'vitest'
import type { StoreHarness } from '../contract/harness.ts'
import { operationNames, sequences } from './operation.ts'
import type { Operation, Sequence } from './operation.ts'
import { play } from './play.ts'

/** Which operations belong to a verb, where that is not the operation of its name. */
const verbs: Readonly<Record<string, readonly Operation['do'][]>> = {
  enqueue: ['enqueue', 'enqueue again'],
  claim: ['claim', 'claim again', 'claim late'],
  settle: ['settle', 'claim again'],
  rescue: ['rescue', 'crash'],
  pause: ['pause', 'resume'],
}

/** Verbs that need dead or held messages come with what makes them. */
const company: Readonly<Record<string, readonly Operation['do'][]>> = {
  redrive: ['redrive', 'settle'],
  trim: ['trim', 'settle'],
  purge: ['purge', 'settle'],
  progress: ['progress', 'claim'],
}

const names = [
  ...new Set(
    operationNames.map((name) => name.replace(/ .*/, '')).filter((name) => !['advance', 'crash', 'resume', 'nothing'].includes(name)),
  ),
]

/**
 * Random sequences of all verbs on the model and on a real store: every answer, and after every step all that can be seen, must be equal.
 * `MILLRACE_SEQUENCES` is the number of mixed sequences (500 without it), `MILLRACE_SEED` and `MILLRACE_PATH` play a failure again.
 */
export function describeSequences(title: string, createHarness: () => Promise<StoreHarness>): void {
  const runs = Number(process.env['MILLRACE_SEQUENCES'] ?? 500)
  const seed = Number(process.env['MILLRACE_SEED'] ?? Date.now() % 2 ** 31)
  const path = process.env['MILLRACE_PATH']

  describe(`${title}: random sequences (MILLRACE_SEED=${seed})`, () => {
    let harness: StoreHarness | undefined
    beforeAll(async () => {
      harness = await createHarness()
    })
    afterAll(() => harness?.close())

    const check = async (arbitrary: fc.Arbitrary<Sequence>, numRuns: number) => {
      if (!harness) throw new Error('the harness was not made')
      const made = harness
      await fc.assert(
        fc.asyncProperty(arbitrary, (sequence) => play(made, sequence)),
        { numRuns, seed, interruptAfterTimeLimit: 20 * 60_000, markInterruptAsFailure: true, ...(path === undefined ? {} : { path }) },
      )
    }

    it(`${runs} mixed sequences answer like the model`, { timeout: 20 * 60_000 }, () => check(sequences({ min: 30, max: 60 }), runs))

    for (const name of names) {
      const emphasised = verbs[name] ?? company[name] ?? [name as Operation['do']]
      const share = Math.max(1, Math.round(runs / 50))
      it(`${share} sequences full of ${name} answer like the model`, { timeout: 5 * 60_000 }, () =>
        check(sequences({ min: 15, max: 30 }, emphasised), share),
      )
    }
  })
}
