import { Command } from 'ioredis'
import type { Socket } from 'node:net'
import type { ServerFacts, StoreCall } from './store-call.ts'

/**
 * A command that writes itself, at each send anew, and shows its arguments to nobody: the client copies what it knows of a command
 * into every error, and would flatten and encode each argument on its own.
 */
export class StoreCommand extends Command {
  /** The socket it was last written to. */
  socket: Socket | undefined
  readonly #call: StoreCall
  readonly #facts: ServerFacts

  /** @param shown what the client has to know of the arguments: the channel of a subscription, else nothing */
  constructor(name: string, shown: string[], call: StoreCall, facts: ServerFacts) {
    super(name, shown, textReplies)
    this.#call = call
    this.#facts = facts
  }

  override toWritable(socket: object): string {
    this.socket = socket as Socket
    return this.#call.encode(this.name, this.#facts)
  }

  override getKeys(): string[] {
    return this.#call.keys as string[]
  }
}

const textReplies = { replyEncoding: 'utf8' } as const

/** What stands between two arguments on the wire, by the length of the second one. */
const heads = Array.from({ length: 1_024 }, (_, bytes) => `\r\n$${bytes}\r\n`)
/** Up to this length counting in place is faster than a call out of the engine. Measured on Node 20: 300 arguments in 16 µs, not 24. */
const countedHere = 48

/** One argument on the wire, with the line end of the one before it. */
export function bulk(value: string): string {
  const bytes = byteLength(value)
  return (heads[bytes] ?? `\r\n$${bytes}\r\n`) + value
}

function byteLength(value: string): number {
  if (value.length > countedHere) return Buffer.byteLength(value)
  for (let index = 0; index < value.length; index++) if (value.charCodeAt(index) > 0x7f) return Buffer.byteLength(value)
  return value.length
}
