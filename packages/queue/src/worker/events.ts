import type { Message } from '../message.ts'

/** What a worker tells, with what its listeners get. Told after the store took the outcome. */
export interface WorkerEvents<Payload = unknown> {
  completed: [{ readonly message: Message<Payload>; readonly runMs: number; readonly value: unknown }]
  /** The attempt failed; the next one comes in `delayMs`. */
  retrying: [{ readonly message: Message<Payload>; readonly runMs: number; readonly error: unknown; readonly delayMs: number }]
  /** The message was given up. `message` is null when its stored payload could not be read. */
  dead: [{ readonly id: string; readonly message: Message<Payload> | null; readonly error: unknown; readonly reason: string }]
  /** The worker was away longer than its lease: `messages` of its attempts were aborted and may run elsewhere. */
  'lease-lost': [{ readonly worker: string; readonly messages: number }]
  /** Something in the background failed; the worker goes on. Logged when nobody listens. */
  error: [Error]
}
