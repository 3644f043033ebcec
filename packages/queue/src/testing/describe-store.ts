import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { rules as cancel } from './contract/cancel.ts'
import { rules as claim } from './contract/claim.ts'
import { rules as configure } from './contract/configure.ts'
import { rules as enqueue } from './contract/enqueue.ts'
import type { StoreHarness } from './contract/harness.ts'
import { rules as inspect } from './contract/inspect.ts'
import { rules as listen } from './contract/listen.ts'
import { rules as pause } from './contract/pause.ts'
import { rules as progress } from './contract/progress.ts'
import { rules as promote } from './contract/promote.ts'
import { rules as purge } from './contract/purge.ts'
import { rules as redrive } from './contract/redrive.ts'
import { rules as release } from './contract/release.ts'
import { rules as renew } from './contract/renew.ts'
import { rules as rescue } from './contract/rescue.ts'
import type { Rules } from './contract/rules.ts'
import { rules as settle } from './contract/settle.ts'
import { Stage } from './contract/stage.ts'
import { rules as trim } from './contract/trim.ts'

const verbs: Readonly<Record<string, Rules>> = {
  enqueue,
  claim,
  settle,
  renew,
  release,
  rescue,
  cancel,
  redrive,
  promote,
  purge,
  pause,
  trim,
  progress,
  inspect,
  configure,
  listen,
}

/** A rule that a store does not keep, and why that is right for it. */
export interface SkippedRule {
  /** `verb: title`. */
  readonly test: string
  readonly reason: string
}

/**
 * The store contract as vitest tests: one group a verb, one test a rule. Every store must pass them all, each skip has its reason.
 * After each rule the balance of I1 is checked too.
 *
 * @param createHarness called once, before the first rule; closed after the last
 */
export function describeStore(
  title: string,
  createHarness: () => Promise<StoreHarness>,
  options: { readonly skip?: readonly SkippedRule[] } = {},
): void {
  const skips = new Map((options.skip ?? []).map((skip) => [skip.test, skip.reason]))

  describe(title, () => {
    let harness: StoreHarness | undefined
    beforeAll(async () => {
      harness = await createHarness()
    })
    afterAll(() => harness?.close())

    for (const [verb, rules] of Object.entries(verbs)) {
      describe(verb, () => {
        for (const [rule, check] of Object.entries(rules)) {
          const reason = skips.get(`${verb}: ${rule}`)
          if (reason !== undefined) it.skip(`${rule} (skipped: ${reason})`)
          else {
            it(rule, async () => {
              if (!harness) throw new Error('the harness was not made')
              const stage = new Stage(await harness.open(), harness)
              try {
                await check(stage)
                await stage.checkBalance()
              } finally {
                await stage.close()
              }
            })
          }
        }
      })
    }

    it('every skipped rule exists', () => {
      const known = Object.entries(verbs).flatMap(([verb, rules]) => Object.keys(rules).map((rule) => `${verb}: ${rule}`))
      expect([...skips.keys()].filter((test) => !known.includes(test))).toEqual([])
    })
  })
}
