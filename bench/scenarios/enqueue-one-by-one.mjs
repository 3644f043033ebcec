import { inFlight, levelSource, payload } from '../load.mjs'

export const question = 'How many messages a second can one process enqueue by single calls, 100 in flight?'
export const messages = 100_000
export const unit = 'messages/s'

export async function run(peer, total) {
  const level = levelSource()
  const started = performance.now()
  await inFlight(total, 100, (number) => peer.enqueue(payload(number), level()))
  return { figure: (total / (performance.now() - started)) * 1000 }
}
