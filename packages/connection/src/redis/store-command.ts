import { Command } from 'ioredis'
import type { Socket } from 'node:net'

/**
 * A command that writes itself, at each send anew, and shows its arguments to nobody: the client copies what it knows of a command
 * into every error, and would flatten and encode each argument on its own.
 */
export class StoreCommand extends Command {
  /** The socket it was last written to. */
  socket: Socket | undefined
  readonly #write: () => string
  readonly #keys: readonly string[]

  /** @param shown what the client has to know of the arguments: the channel of a subscription, else nothing */
  constructor(name: string, shown: string[], keys: readonly string[], write: () => string) {
    super(name, shown, { replyEncoding: 'utf8' })
    this.#write = write
    this.#keys = keys
  }

  override toWritable(socket: object): string {
    this.socket = socket as Socket
    return this.#write()
  }

  override getKeys(): string[] {
    return this.#keys as string[]
  }
}

/** One argument on the wire. */
export function bulk(value: string): string {
  return `$${Buffer.byteLength(value)}\r\n${value}\r\n`
}
