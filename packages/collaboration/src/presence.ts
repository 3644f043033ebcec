import * as decoding from 'lib0/decoding'
import * as encoding from 'lib0/encoding'

/** The presence of one client: what the awareness protocol tells of it. `state` null: it left. */
export interface Presence {
  readonly clientId: number
  readonly clock: number
  readonly state: Readonly<Record<string, unknown>> | null
}

/** Reads the presence of exactly one client, as a client tells its own; undefined for anything else. Never throws. */
export function decodePresence(update: Uint8Array): Presence | undefined {
  try {
    const decoder = decoding.createDecoder(update)
    if (decoding.readVarUint(decoder) !== 1) return undefined
    const clientId = decoding.readVarUint(decoder)
    const clock = decoding.readVarUint(decoder)
    const state: unknown = JSON.parse(decoding.readVarString(decoder))
    if (decoding.hasContent(decoder) || typeof state !== 'object' || Array.isArray(state)) return undefined
    return { clientId, clock, state: state as Presence['state'] }
  } catch {
    return undefined
  }
}

/** As an update of the awareness protocol. */
export function encodePresence({ clientId, clock, state }: Presence): Uint8Array {
  const encoder = encoding.createEncoder()
  encoding.writeVarUint(encoder, 1)
  encoding.writeVarUint(encoder, clientId)
  encoding.writeVarUint(encoder, clock)
  encoding.writeVarString(encoder, JSON.stringify(state))
  return encoding.toUint8Array(encoder)
}
