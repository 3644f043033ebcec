import { fill } from '../load.mjs'

export const question = 'How many waiting messages of four levels a second can one worker process at concurrency 100 handle?'
export const messages = 100_000
export const unit = 'messages/s'

export async function prepare(peer, total) {
  await fill(peer, total)
}

/** From the worker's construction, connections included, to the last call of the handler; each message exactly once. */
export async function run(peer, total) {
  const seen = new Uint8Array(total)
  let handled = 0
  let repeated = 0
  const started = performance.now()
  await new Promise((resolve) => {
    peer.work(async (message) => {
      if (seen[message.number]) repeated++
      seen[message.number] = 1
      if (++handled === total) resolve()
    }, 100)
  })
  const figure = (total / (performance.now() - started)) * 1000
  if (repeated > 0) throw new Error(`${repeated} messages were handled twice`)
  return { figure }
}
