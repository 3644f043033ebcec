import type { Store } from '../../store/store.ts'
import type { StoreHarness } from '../contract/harness.ts'
import { FakeClock } from '../fake-clock.ts'
import { ModelStore } from '../model-store.ts'
import { balanceOfI1, claimAnswer, difference, FenceCheck, outcome, visibleState, withoutFences } from './compare.ts'
import type { Sequence } from './operation.ts'
import { Player } from './player.ts'

/** Plays one sequence on a fresh queue and a fresh model; throws at the first difference. `hear` gets each step with its answer. */
export async function play(
  harness: StoreHarness,
  { operations, turns }: Sequence,
  hear: (text: string, result: unknown) => void = () => {},
): Promise<void> {
  const store = await harness.open()
  const clock = new FakeClock(harness.now())
  const model = new ModelStore(store.queue, { clock })
  const player = new Player(() => clock.now(), turns)
  const fences = new FenceCheck()
  const played: string[] = []

  for (const operation of operations) {
    for (const step of player.steps(operation)) {
      if (step.advanceUs > 0) {
        clock.advance(step.advanceUs / 1000)
        await harness.advance(step.advanceUs / 1000)
      }
      played.push(step.text)
      const expected = await outcome(step.call(model))
      const actual = await outcome(step.call(store))
      const [shouldBe, is] = [await visibleState(model, player.ids), await visibleState(store, player.ids)]
      const fault =
        difference(withoutFences(expected), withoutFences(actual), 'answer') ??
        fences.fault(claimAnswer(actual), step.replay) ??
        difference(shouldBe, is, 'state') ??
        difference(0, is[balanceOfI1], balanceOfI1)
      if (fault !== undefined) throw new Error(`${fault}\nafter:\n${played.map((line, index) => `  ${index + 1}. ${line}`).join('\n')}`)
      hear(step.text, expected)
      const { answer } = expected as { answer?: unknown }
      if (answer !== undefined) step.heard?.(answer)
    }
  }
  await discard(store)
}

/** Leaves little behind for the sequences to come: what waits and what is finished goes. */
async function discard(store: Store): Promise<void> {
  for (const state of ['waiting', 'dead', 'completed'] as const) await store.purge(state, 250)
}
