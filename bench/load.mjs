// The messages all scenarios send: about 200 bytes of JSON, levels from a seeded generator, so that every peer gets the same.

export const levels = ['urgent', 'high', 'normal', 'low']

export function payload(number) {
  return {
    number,
    account: `account-${(number * 7919) % 100_000}`,
    action: 'document.updated',
    at: 1_790_000_000_000 + number,
    note: 'an ordinary payload of about two hundred bytes, as most queues carry them all day long',
    ok: true,
  }
}

/** mulberry32, a small public-domain generator: the same levels for every peer and every round. */
export function levelSource(seed = 1) {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return levels[((mixed ^ (mixed >>> 14)) >>> 0) % 4]
  }
}

/** Keeps `width` calls in flight until `total` were made. */
export async function inFlight(total, width, call) {
  let next = 0
  const lane = async () => {
    while (next < total) await call(next++)
  }
  await Promise.all(Array.from({ length: width }, lane))
}

/** Puts `total` messages into the queue in bulk, four calls in flight. */
export async function fill(peer, total) {
  const level = levelSource()
  const size = 1000
  await inFlight(Math.ceil(total / size), 4, (call) => {
    const count = Math.min(size, total - call * size)
    return peer.enqueueBulk(Array.from({ length: count }, (_, at) => ({ payload: payload(call * size + at), level: level() })))
  })
}
