import { setTimeout as sleep } from 'node:timers/promises'
import { Worker, type Message, type Queue } from 'millrace'
import { Ledger } from './ledger.ts'
import { keyOf, payloadOf, planOf, type Payload } from './plan.ts'
import type { Task } from './task.ts'

/** A worker that writes down each claim it sees and each result the store took. Its handler heeds no abort, so that late results occur. */
export function consume(
  queue: Queue<Payload>,
  { directory, seed, concurrency = 10, leaseMs = 2000, workRatio = 1 }: Task,
): Worker<Payload> {
  const ledger = new Ledger(directory, 'worker')
  /** Which claim a message object belongs to: one process may hold two claims of one message, an old and a new one. */
  const fences = new WeakMap<Message<Payload>, number>()

  const worker = new Worker<Payload>(
    queue,
    async (message, { fence }) => {
      const { number } = message.payload
      const key = keyOf(number)
      const plan = planOf(seed, number)
      fences.set(message, fence)
      ledger.write('START', key, fence, message.retries, message.id)
      if (JSON.stringify(message.payload) !== JSON.stringify(payloadOf(number))) ledger.write('GARBLED', key, fence)
      await sleep(plan.workMs * workRatio)
      const fails = message.retries < plan.failures
      ledger.write('END', key, fence, fails ? 'fail' : 'ok')
      if (fails) throw new Error(`meant to fail ${plan.failures} times`)
    },
    { concurrency, leaseMs },
  )

  const taken = (message: Message<Payload>, outcome: string) => {
    const fence = fences.get(message)
    if (fence === undefined) throw new Error(`an outcome of ${message.id}, which this process never ran`)
    ledger.write('TAKEN', keyOf(message.payload.number), fence, outcome)
  }
  worker.on('completed', ({ message }) => taken(message, 'completed'))
  worker.on('retrying', ({ message }) => taken(message, 'retrying'))
  worker.on('dead', ({ message }) => {
    if (message) taken(message, 'dead')
  })
  // The store is killed all the time: what goes wrong in the background is expected, and repaired or not is for the checker to see.
  worker.on('error', () => undefined)
  return worker
}
