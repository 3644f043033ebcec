import { setTimeout as sleep } from 'node:timers/promises'
import { isMillraceError, type Queue } from 'millrace'
import { Ledger, readLedgers } from './ledger.ts'
import { keyOf, numberOf, payloadOf, planOf, type Payload } from './plan.ts'

export interface Share {
  readonly seed: number
  /** This producer's numbers: from ≤ n < to. */
  readonly from: number
  readonly to: number
  /** Messages a second, so that the queue is still being fed while processes die. */
  readonly perSecond: number
}

/** How many calls wait for an answer at once. */
const width = 60

const ledgerName = 'producer'

/**
 * Enqueues what earlier processes of the same share left undone. A call whose outcome is unknown is repeated only where the message has
 * an id of its own: there, and only there, repeating is promised to be safe.
 */
export async function produce(queue: Queue<Payload>, directory: string, share: Share): Promise<void> {
  const numbers = leftToDo(directory, share)
  const ledger = new Ledger(directory, ledgerName)
  const startedAt = performance.now()
  let index = 0
  const lane = async () => {
    for (let number = numbers[index]; number !== undefined; number = numbers[index]) {
      const dueInMs = (index++ / share.perSecond) * 1000 - (performance.now() - startedAt)
      if (dueInMs > 1) await sleep(dueInMs)
      const sent = [send(queue, ledger, share.seed, number)]
      if (planOf(share.seed, number).twice) sent.push(send(queue, ledger, share.seed, number))
      await Promise.all(sent)
    }
  }
  await Promise.all(Array.from({ length: width }, lane))
  ledger.close()
}

async function send(queue: Queue<Payload>, ledger: Ledger, seed: number, number: number): Promise<void> {
  const key = keyOf(number)
  const { priority, delayMs, ownId } = planOf(seed, number)
  ledger.write('INTENT', key)
  try {
    const { id, status } = await queue.enqueue(payloadOf(number), { priority, ...(delayMs > 0 && { delayMs }), ...(ownId && { id: key }) })
    ledger.write('ACKED', key, id, status)
  } catch (error) {
    ledger.write('UNKNOWN', key)
    if (!isMillraceError(error) || error.code !== 'STORE_UNAVAILABLE') throw error
  }
}

function leftToDo(directory: string, { seed, from, to }: Share): number[] {
  const intended = new Set<number>()
  const acked = new Set<number>()
  for (const { event, key } of readLedgers(directory, ledgerName)) {
    if (event === 'INTENT') intended.add(numberOf(key))
    else if (event === 'ACKED') acked.add(numberOf(key))
  }
  const numbers: number[] = []
  for (let number = from; number < to; number++) {
    const unknown = intended.has(number) && !acked.has(number)
    if (!intended.has(number) || (unknown && planOf(seed, number).ownId)) numbers.push(number)
  }
  return numbers
}
