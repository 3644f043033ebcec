import { LocalChannels } from '../local-channels.ts'
import { PlainCall } from './store-call.ts'
import type { Log } from '../connection.ts'
import type { LinkOptions, RedisLink } from './redis-link.ts'

/** The subscriber's socket: any number of listeners a channel, subscribed again whenever the socket was remade. */
export class RedisSubscriber {
  readonly #link: RedisLink
  readonly #listeners: LocalChannels
  readonly #log: Log | undefined
  /** By channel: resolves once it is subscribed. */
  readonly #channels = new Map<string, { listeners: number; readonly active: Promise<unknown> }>()

  constructor(openLink: (on: Pick<LinkOptions, 'onMessage' | 'onState'>) => RedisLink, log: Log | undefined) {
    this.#log = log
    this.#listeners = new LocalChannels(log)
    this.#link = openLink({
      onMessage: (channel, text) => this.#listeners.publish(channel, text),
      onState: (state) => {
        if (state === 'up') this.#resubscribe()
      },
    })
  }

  /** @param channel with the connection's prefix */
  async add(channel: string, listener: (text: string) => void): Promise<() => Promise<void>> {
    const stop = this.#listeners.add(channel, listener)
    let entry = this.#channels.get(channel)
    if (entry) entry.listeners++
    else {
      entry = { listeners: 1, active: this.#link.call(new PlainCall('SUBSCRIBE', [channel])) }
      this.#channels.set(channel, entry)
    }
    let stopped = false
    const leave = async () => {
      if (stopped) return
      stopped = true
      stop()
      entry.listeners--
      if (entry.listeners > 0 || this.#channels.get(channel) !== entry) return
      this.#channels.delete(channel)
      await this.#link.call(new PlainCall('UNSUBSCRIBE', [channel])).catch(() => undefined)
    }
    try {
      await entry.active
    } catch (error) {
      await leave()
      throw error
    }
    return leave
  }

  close(): void {
    this.#listeners.clear()
    this.#link.close()
  }

  #resubscribe(): void {
    for (const channel of this.#channels.keys()) {
      this.#link.call(new PlainCall('SUBSCRIBE', [channel])).catch((error: unknown) => {
        this.#log?.warn({ err: error, channel }, 'a subscription could not be renewed')
      })
    }
  }
}
