/** What one client of a room may send: so much a second, and a burst of three seconds. A writer sends some messages a second. */
export const allowed = { messagesPerSecond: 100, bytesPerSecond: 2 * 1024 * 1024 } as const

const burstSeconds = 3

/** Whether one client sends more than it may. */
export class Rate {
  #messages: number = allowed.messagesPerSecond * burstSeconds
  #bytes: number = allowed.bytesPerSecond * burstSeconds
  #atMs: number

  constructor(nowMs: number) {
    this.#atMs = nowMs
  }

  /** @param messages how many messages this one weighs */
  take(nowMs: number, messages: number, bytes: number): boolean {
    const seconds = (nowMs - this.#atMs) / 1_000
    this.#atMs = nowMs
    this.#messages = Math.min(allowed.messagesPerSecond * burstSeconds, this.#messages + seconds * allowed.messagesPerSecond) - messages
    this.#bytes = Math.min(allowed.bytesPerSecond * burstSeconds, this.#bytes + seconds * allowed.bytesPerSecond) - bytes
    return this.#messages >= 0 && this.#bytes >= 0
  }
}
