import * as decoding from 'lib0/decoding'
import * as encoding from 'lib0/encoding'
import { messageYjsSyncStep1, messageYjsSyncStep2, messageYjsUpdate } from 'y-protocols/sync'
import { maxAnswerBytes, maxMessageBytes, maxPresenceBytes, maxWords } from './limits.ts'

/** Told in `hello`; a client of another version is refused with a sentence. */
export const protocolVersion = 1

/**
 * What a client whose edits were refused should do: `never` try again by itself, try again `later`, or once its text changed, `after-edit`.
 */
export type Retry = 'never' | 'later' | 'after-edit'

export interface Refusal {
  /** A word, such as `TEXT_TOO_LARGE`. */
  readonly code: string
  /** What is wrong and what is allowed, for a person. */
  readonly sentence: string
  readonly retry: Retry
}

/** What every room tells first. */
export interface Hello {
  readonly version: number
  /** False: this client reads only, and an edit would be refused. */
  readonly mayWrite: boolean
  /** How others see this client. */
  readonly name: string
  /** Which life of the document this is: what is deleted and made anew under its id has another one. */
  readonly origin: string
  /** The longest text of a document, bytes of UTF-8. */
  readonly maxTextBytes: number
  /** The longest update in one message, bytes. */
  readonly maxUpdateBytes: number
}

/** From client to room. */
export type ClientMessage =
  /** Asks for what this state vector lacks (sync step 1). */
  | { readonly kind: 'ask'; readonly stateVector: Uint8Array }
  /** All that the room lacks. The client's own updates up to `number` are part of it, or the room has them. */
  | { readonly kind: 'state'; readonly number: number; readonly update: Uint8Array }
  /** The client's own updates `after` + 1 … `number`, merged. */
  | { readonly kind: 'edit'; readonly after: number; readonly number: number; readonly update: Uint8Array }
  | { readonly kind: 'presence'; readonly update: Uint8Array }
  | { readonly kind: 'ping' }

/** From room to client. */
export type ServerMessage =
  | { readonly kind: 'hello'; readonly hello: Hello }
  /** Asks for what this state vector lacks (sync step 1). */
  | { readonly kind: 'ask'; readonly stateVector: Uint8Array }
  /** The answer to `ask` (sync step 2). */
  | { readonly kind: 'state'; readonly update: Uint8Array }
  | { readonly kind: 'update'; readonly update: Uint8Array }
  | { readonly kind: 'presence'; readonly update: Uint8Array }
  /** The client's own updates up to `number` are durable. */
  | { readonly kind: 'saved'; readonly number: number }
  | { readonly kind: 'refused'; readonly refusal: Refusal }
  | { readonly kind: 'pong' }

/** Bytes that are no message: `sentence` says what is wrong with them. */
export interface Malformed {
  readonly kind: 'malformed'
  readonly sentence: string
}

// 0 and 1 are those of y-websocket.
const tags = { sync: 0, presence: 1, hello: 16, state: 17, edit: 18, saved: 19, refused: 20, ping: 21, pong: 22 } as const
const retries: readonly Retry[] = ['never', 'later', 'after-edit']

export function encodeClientMessage(message: ClientMessage): Uint8Array {
  switch (message.kind) {
    case 'ask':
      return write(tags.sync, (encoder) => writeSync(encoder, messageYjsSyncStep1, message.stateVector))
    case 'state':
      return write(tags.state, (encoder) => {
        encoding.writeVarUint(encoder, message.number)
        encoding.writeVarUint8Array(encoder, message.update)
      })
    case 'edit':
      return write(tags.edit, (encoder) => {
        encoding.writeVarUint(encoder, message.after)
        encoding.writeVarUint(encoder, message.number)
        encoding.writeVarUint8Array(encoder, message.update)
      })
    case 'presence':
      return write(tags.presence, (encoder) => encoding.writeVarUint8Array(encoder, message.update))
    case 'ping':
      return write(tags.ping)
  }
}

export function encodeServerMessage(message: ServerMessage): Uint8Array {
  switch (message.kind) {
    case 'hello':
      return write(tags.hello, (encoder) => writeHello(encoder, message.hello))
    case 'ask':
      return write(tags.sync, (encoder) => writeSync(encoder, messageYjsSyncStep1, message.stateVector))
    case 'state':
      return write(tags.sync, (encoder) => writeSync(encoder, messageYjsSyncStep2, message.update))
    case 'update':
      return write(tags.sync, (encoder) => writeSync(encoder, messageYjsUpdate, message.update))
    case 'presence':
      return write(tags.presence, (encoder) => encoding.writeVarUint8Array(encoder, message.update))
    case 'saved':
      return write(tags.saved, (encoder) => encoding.writeVarUint(encoder, message.number))
    case 'refused':
      return write(tags.refused, (encoder) => {
        encoding.writeVarString(encoder, message.refusal.code)
        encoding.writeVarString(encoder, message.refusal.sentence.slice(0, maxWords))
        encoding.writeVarUint(encoder, retries.indexOf(message.refusal.retry))
      })
    case 'pong':
      return write(tags.pong)
  }
}

/** Reads what came from a client. Never throws, and keeps no more memory than the bytes themselves. */
export function decodeClientMessage(bytes: Uint8Array): ClientMessage | Malformed {
  return read(bytes, maxMessageBytes, (decoder, tag) => {
    switch (tag) {
      case tags.sync:
        return decoding.readVarUint(decoder) === messageYjsSyncStep1
          ? { kind: 'ask', stateVector: decoding.readVarUint8Array(decoder) }
          : malformed('a client sends its updates with their number, as `edit` or `state`')
      case tags.state:
        return { kind: 'state', number: decoding.readVarUint(decoder), update: decoding.readVarUint8Array(decoder) }
      case tags.edit: {
        const after = decoding.readVarUint(decoder)
        const number = decoding.readVarUint(decoder)
        if (number <= after) return malformed('the number of an edit must be higher than that of the one before')
        return { kind: 'edit', after, number, update: decoding.readVarUint8Array(decoder) }
      }
      case tags.presence: {
        const update = decoding.readVarUint8Array(decoder)
        return update.length > maxPresenceBytes
          ? malformed(`a presence has at most ${maxPresenceBytes} bytes, this one has ${update.length}`)
          : { kind: 'presence', update }
      }
      case tags.ping:
        return { kind: 'ping' }
      default:
        return malformed(`a client sends no message of kind ${tag}`)
    }
  })
}

/** Reads what came from a room. Never throws. */
export function decodeServerMessage(bytes: Uint8Array): ServerMessage | Malformed {
  return read(bytes, maxAnswerBytes, (decoder, tag) => {
    switch (tag) {
      case tags.sync:
        return readSync(decoder)
      case tags.presence:
        return { kind: 'presence', update: decoding.readVarUint8Array(decoder) }
      case tags.hello:
        return { kind: 'hello', hello: readHello(decoder) }
      case tags.saved:
        return { kind: 'saved', number: decoding.readVarUint(decoder) }
      case tags.refused: {
        const code = decoding.readVarString(decoder)
        const sentence = decoding.readVarString(decoder)
        return { kind: 'refused', refusal: { code, sentence, retry: retries[decoding.readVarUint(decoder)] ?? 'never' } }
      }
      case tags.pong:
        return { kind: 'pong' }
      default:
        return malformed(`a room sends no message of kind ${tag}`)
    }
  })
}

function write(tag: number, content: (encoder: encoding.Encoder) => void = () => undefined): Uint8Array {
  const encoder = encoding.createEncoder()
  encoding.writeVarUint(encoder, tag)
  content(encoder)
  return encoding.toUint8Array(encoder)
}

function writeSync(encoder: encoding.Encoder, step: number, bytes: Uint8Array): void {
  encoding.writeVarUint(encoder, step)
  encoding.writeVarUint8Array(encoder, bytes)
}

function writeHello(encoder: encoding.Encoder, hello: Hello): void {
  encoding.writeVarUint(encoder, hello.version)
  encoding.writeVarUint(encoder, hello.mayWrite ? 1 : 0)
  encoding.writeVarString(encoder, hello.name.slice(0, maxWords))
  encoding.writeVarString(encoder, hello.origin)
  encoding.writeVarUint(encoder, hello.maxTextBytes)
  encoding.writeVarUint(encoder, hello.maxUpdateBytes)
}

function readHello(decoder: decoding.Decoder): Hello {
  return {
    version: decoding.readVarUint(decoder),
    mayWrite: decoding.readVarUint(decoder) === 1,
    name: decoding.readVarString(decoder),
    origin: decoding.readVarString(decoder),
    maxTextBytes: decoding.readVarUint(decoder),
    maxUpdateBytes: decoding.readVarUint(decoder),
  }
}

function readSync(decoder: decoding.Decoder): ServerMessage | Malformed {
  const step = decoding.readVarUint(decoder)
  const bytes = decoding.readVarUint8Array(decoder)
  if (step === messageYjsSyncStep1) return { kind: 'ask', stateVector: bytes }
  if (step === messageYjsSyncStep2) return { kind: 'state', update: bytes }
  return step === messageYjsUpdate ? { kind: 'update', update: bytes } : malformed(`there is no step ${step} of the sync`)
}

function read<Message>(
  bytes: Uint8Array,
  maxBytes: number,
  content: (decoder: decoding.Decoder, tag: number) => Message | Malformed,
): Message | Malformed {
  if (bytes.length > maxBytes) return malformed(`a message has at most ${maxBytes} bytes, this one has ${bytes.length}`)
  try {
    const decoder = decoding.createDecoder(bytes)
    const message = content(decoder, decoding.readVarUint(decoder))
    return decoding.hasContent(decoder) && !isMalformed(message) ? malformed('bytes are left behind its end') : message
  } catch {
    return malformed('it ends too early, or holds a number or text that is none')
  }
}

function isMalformed(message: unknown): message is Malformed {
  return (message as { kind?: unknown }).kind === 'malformed'
}

function malformed(why: string): Malformed {
  return { kind: 'malformed', sentence: `This is no message of a room: ${why}.` }
}
