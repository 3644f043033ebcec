import fc from 'fast-check'
import { expect, it } from 'vitest'
import { maxMessageBytes, maxPresenceBytes } from './limits.ts'
import { decodePresence, encodePresence } from './presence.ts'
import { decodeClientMessage, decodeServerMessage, encodeClientMessage, encodeServerMessage } from './protocol.ts'
import type { ClientMessage, ServerMessage } from './protocol.ts'

const bytes = fc.uint8Array({ maxLength: 200 })
const number = fc.integer({ min: 0, max: 2 ** 40 })
const words = fc.string({ maxLength: 100, unit: 'grapheme' })

const clientMessage: fc.Arbitrary<ClientMessage> = fc.oneof(
  bytes.map((stateVector) => ({ kind: 'ask' as const, stateVector })),
  fc.record({ kind: fc.constant('state' as const), number, update: bytes }),
  fc
    .record({ kind: fc.constant('edit' as const), after: number, by: fc.integer({ min: 1, max: 1_000 }), update: bytes })
    .map(({ kind, after, by, update }) => ({ kind, after, number: after + by, update })),
  bytes.map((update) => ({ kind: 'presence' as const, update })),
  fc.constant({ kind: 'ping' as const }),
)

const serverMessage: fc.Arbitrary<ServerMessage> = fc.oneof(
  fc
    .record({ version: number, mayWrite: fc.boolean(), name: words, origin: words, maxTextBytes: number, maxUpdateBytes: number })
    .map((hello) => ({ kind: 'hello' as const, hello })),
  bytes.map((stateVector) => ({ kind: 'ask' as const, stateVector })),
  fc.constantFrom('state' as const, 'update' as const, 'presence' as const).chain((kind) => bytes.map((update) => ({ kind, update }))),
  number.map((saved) => ({ kind: 'saved' as const, number: saved })),
  fc
    .record({ code: words, sentence: words, retry: fc.constantFrom('never' as const, 'later' as const, 'after-edit' as const) })
    .map((refusal) => ({ kind: 'refused' as const, refusal })),
  fc.constant({ kind: 'pong' as const }),
)

it('every message comes out as it went in', () => {
  fc.assert(
    fc.property(clientMessage, (message) => {
      expect(decodeClientMessage(encodeClientMessage(message))).toEqual(message)
    }),
  )
  fc.assert(
    fc.property(serverMessage, (message) => {
      expect(decodeServerMessage(encodeServerMessage(message))).toEqual(message)
    }),
  )
})

it('a message that was cut, lengthened or changed is a message or malformed with a sentence, and never throws', () => {
  const spoiled = fc
    .tuple(fc.oneof(clientMessage.map(encodeClientMessage), serverMessage.map(encodeServerMessage)), bytes, fc.nat(), fc.nat(255))
    .map(([message, tail, at, by]) => {
      const all = new Uint8Array([...message.subarray(0, at % (message.length + 1)), ...tail])
      if (all.length > 0) all[at % all.length] = by
      return all
    })
  fc.assert(
    fc.property(fc.oneof(bytes, spoiled), (given) => {
      for (const message of [decodeClientMessage(given), decodeServerMessage(given)])
        if (message.kind === 'malformed') expect(message.sentence).toMatch(/^This is no message of a room: .+\.$/)
    }),
    { numRuns: 2_000 },
  )
})

it.each([
  ['nothing at all', new Uint8Array(), /too early/],
  ['a length beyond the end', new Uint8Array([18, 0, 1, 255, 255, 255, 255, 15]), /too early/],
  ['bytes behind the end', new Uint8Array([21, 1]), /left behind/],
  ['an unknown kind', new Uint8Array([99]), /kind 99/],
  ['an update without a number', new Uint8Array([0, 2, 2, 0, 0]), /with their number/],
  ['a number that does not rise', encodeClientMessage({ kind: 'edit', after: 5, number: 5, update: new Uint8Array() }), /higher/],
  [
    'a presence that is too long',
    encodeClientMessage({ kind: 'presence', update: new Uint8Array(maxPresenceBytes + 1) }),
    /at most 8192 bytes/,
  ],
  ['a message that is too long', new Uint8Array(maxMessageBytes + 1), /at most 4194304 bytes/],
  ['a text that is no UTF-8', new Uint8Array([1, 4, 1, 2, 3, 255]), /./],
])('%s is malformed, and the sentence says why', (_what, given, why) => {
  const message = decodeClientMessage(given)
  if (message.kind === 'presence') expect(decodePresence(message.update)).toBeUndefined()
  else expect(message).toEqual({ kind: 'malformed', sentence: expect.stringMatching(why) })
})

it('a presence is that of exactly one client, with an object or null', () => {
  const one = { clientId: 7, clock: 3, state: { user: { name: 'ada' } } }
  expect(decodePresence(encodePresence(one))).toEqual(one)
  expect(decodePresence(encodePresence({ ...one, state: null }))).toEqual({ ...one, state: null })
  for (const state of ['text', 5, [1]]) expect(decodePresence(encodePresence({ ...one, state: state as never }))).toBeUndefined()
  expect(decodePresence(new Uint8Array([2, ...encodePresence(one).subarray(1)]))).toBeUndefined()
  expect(decodePresence(new Uint8Array([...encodePresence(one), 0]))).toBeUndefined()
})
