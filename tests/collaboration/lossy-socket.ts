import type { RoomSocket } from '@millrace/collaboration'
import { WebSocket } from 'ws'
import type { Chance } from '../chaos/chance.ts'

/** What befell the connections of a run. */
export interface Harm {
  /** Sockets that were cut at once. */
  cuts: number
  /** Sockets that went silent for ever, in one direction or both, without a word. */
  silences: number
  /** Messages that came twice. */
  twice: number
}

export interface Weather {
  /** 0…1, for each message. */
  readonly cutRatio: number
  readonly silenceRatio: number
  readonly twiceRatio: number
  /** A message takes up to this long, ms. */
  readonly delayMs: number
}

export const calm: Weather = { cutRatio: 0, silenceRatio: 0, twiceRatio: 0, delayMs: 0 }

/**
 * A WebSocket over a bad line: messages are late, keep their order, may come twice; the line may be cut, or swallow everything from some
 * moment on while both sides think that it is open. What TCP never does, it does not do either: lose one message and deliver the next.
 */
export function openLossySocket(address: string, token: string, line: { chance: Chance; weather: () => Weather; harm: Harm }): RoomSocket {
  const socket = new WebSocket(address, { headers: { authorization: `Bearer ${token}` } })
  // A close follows.
  socket.on('error', () => undefined)
  const listeners: Record<string, ((event: object) => void)[]> = { open: [], message: [], close: [], error: [] }
  const emit = (type: string, event: object) => listeners[type]?.forEach((listener) => listener(event))
  const silent = { up: false, down: false }
  const { chance, harm } = line

  /** @returns how often the message goes on; 0: the line swallows it or was cut */
  const befall = (way: 'up' | 'down'): number => {
    const weather = line.weather()
    if (silent[way]) return 0
    if (chance.happens(weather.cutRatio)) {
      harm.cuts += 1
      socket.terminate()
      return 0
    }
    if (chance.happens(weather.silenceRatio)) {
      harm.silences += 1
      const both = chance.happens(0.5)
      silent.up = both || way === 'up'
      silent.down = both || way === 'down'
      return 0
    }
    if (!chance.happens(weather.twiceRatio)) return 1
    harm.twice += 1
    return 2
  }

  const lastAtMs = { up: 0, down: 0 }
  const waiting: Record<'up' | 'down', (() => void)[]> = { up: [], down: [] }
  const later = (way: 'up' | 'down', act: () => void) => {
    const nowMs = performance.now()
    const atMs = (lastAtMs[way] = Math.max(lastAtMs[way], nowMs + chance.next() * line.weather().delayMs))
    waiting[way].push(act)
    // Timers of one moment fire in any order: whichever does takes the first that waits.
    setTimeout(() => waiting[way].shift()?.(), atMs - nowMs)
  }

  socket.on('open', () => emit('open', {}))
  socket.on('message', (bytes: Buffer) => {
    const times = befall('down')
    later('down', () => {
      for (let time = 0; time < times; time += 1) emit('message', { data: new Uint8Array(bytes) })
    })
  })
  socket.on('close', (code: number) => later('down', () => emit('close', { code })))
  return {
    binaryType: 'arraybuffer',
    get readyState() {
      return socket.readyState
    },
    send: (bytes) => {
      const times = befall('up')
      later('up', () => {
        for (let time = 0; time < times && socket.readyState === WebSocket.OPEN; time += 1) socket.send(bytes)
      })
    },
    // Whoever closes a line that swallows everything leaves a socket behind that the server takes for open.
    close: (code, reason) => {
      if (silent.up) setTimeout(() => socket.terminate(), 2_000).unref()
      else socket.close(code, reason)
    },
    addEventListener: (type, listener) => void listeners[type]?.push(listener),
  }
}
