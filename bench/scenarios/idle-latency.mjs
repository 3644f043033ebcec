import { levelSource, payload } from '../load.mjs'

export const question = 'How long from enqueue to the start of the handler in an idle queue, one message every 5 ms, same process?'
export const messages = 2_000
export const unit = 'ms (p50)'
export const lowerIsBetter = true

export async function run(peer, total) {
  const level = levelSource()
  const sentAt = new Float64Array(total)
  const waits = []
  let arrived
  const all = new Promise((resolve) => (arrived = resolve))
  peer.work(async (message) => {
    if (message.number < 0) return
    waits.push(performance.now() - sentAt[message.number])
    if (waits.length === total) arrived()
  }, 10)
  for (let number = -50; number < total; number++) {
    await new Promise((resolve) => setTimeout(resolve, 5))
    if (number >= 0) sentAt[number] = performance.now()
    await peer.enqueue({ ...payload(Math.abs(number)), number }, level())
  }
  await all
  waits.sort((a, b) => a - b)
  const at = (q) => waits[Math.max(0, Math.ceil(q * waits.length) - 1)]
  return { figure: at(0.5), p95: at(0.95), p99: at(0.99), max: waits.at(-1) }
}
