import { parentPort, workerData } from 'node:worker_threads'
import { isMainThreadStalled } from '../alive-signal.ts'
import { makeClient } from './make-client.ts'
import { PulseTimer } from './pulse-timer.ts'
import { RedisLink } from './redis-link.ts'
import type { MessagePort } from 'node:worker_threads'
import type { MillraceError } from '../errors.ts'
import type { FromRenewal, RenewalStart, ToRenewal } from './renewal-messages.ts'

// The renewal thread: makes the pulses of this process on a socket of its own, however busy the main thread is.

const port = parentPort as MessagePort
const { address, commandTimeoutMs, alive } = workerData as RenewalStart
const aliveNs = new BigInt64Array(alive)
const pulses = new Map<number, PulseTimer>()
const post = (message: FromRenewal) => port.postMessage(message)

const link = new RedisLink({
  store: address.description,
  commandTimeoutMs,
  callTimeoutMs: commandTimeoutMs,
  makeClient: () => makeClient(address, 'millrace-renewal', commandTimeoutMs),
})

port.on('message', (message: ToRenewal) => {
  const { pulse } = message
  if (message.kind === 'stop') {
    pulses.get(pulse)?.stop()
    pulses.delete(pulse)
    return post({ kind: 'stopped', pulse })
  }
  const timer = new PulseTimer(link, message.call, {
    callTimeoutMs: commandTimeoutMs,
    isStalled: () => isMainThreadStalled(aliveNs, message.call.maxStallMs),
    onAnswer: (answer) => post({ kind: 'answer', pulse, answer }),
    onError: (error) => {
      const { code, message: text, details } = error as MillraceError
      post({ kind: 'error', pulse, code, message: text, outcome: details['outcome'] })
    },
  })
  pulses.set(pulse, timer)
})
