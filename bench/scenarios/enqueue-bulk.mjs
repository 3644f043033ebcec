import { levelSource, payload } from '../load.mjs'

export const question = 'How many messages a second can one process enqueue in bulk, 1,000 a call, one call at a time?'
export const messages = 100_000
export const unit = 'messages/s'

export async function run(peer, total) {
  const level = levelSource()
  const started = performance.now()
  for (let sent = 0; sent < total; sent += 1000) {
    await peer.enqueueBulk(Array.from({ length: 1000 }, (_, at) => ({ payload: payload(sent + at), level: level() })))
  }
  return { figure: (total / (performance.now() - started)) * 1000 }
}
