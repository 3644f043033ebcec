import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { parseUrl } from '../parse-url.ts'
import { RedisProcess } from '../testing/redis-process.ts'
import { makeClient } from './make-client.ts'
import { RedisLink } from './redis-link.ts'
import { Renewal } from './renewal.ts'
import { waitUntil } from '../testing/wait-until.ts'
import type { RedisAddress } from '../parse-url.ts'

let server: RedisProcess
beforeAll(async () => {
  server = await RedisProcess.start()
})
afterAll(() => server.close())

const script = {
  script: { name: 'incr', effect: 'free' as const, preludeLines: 0 },
  sha: '0'.repeat(40),
  source: "#!lua\nreturn redis.call('INCR', KEYS[1])\n",
}

test('where the thread cannot start, pulses run on the main thread, which is said once', async () => {
  const address = parseUrl(server.url) as RedisAddress
  const link = new RedisLink({
    store: address.description,
    commandTimeoutMs: 1_000,
    callTimeoutMs: 1_000,
    makeClient: () => makeClient(address, 'test', 1_000),
  })
  const warn = vi.fn()
  const silent = () => undefined
  const renewal = new Renewal({
    address,
    commandTimeoutMs: 1_000,
    link,
    log: { debug: silent, info: silent, warn, error: silent },
    thread: new URL('./no-such-thread.js', import.meta.url),
  })
  const answers: unknown[][] = [[], []]
  const start = (list: unknown[]) =>
    renewal.pulse(
      { script, keys: ['n'], args: [], everyMs: 10, maxStallMs: 1_000 },
      { onAnswer: (answer) => list.push(answer), onError: () => undefined },
    )
  const first = start(answers[0] as unknown[])
  const second = start(answers[1] as unknown[])
  await waitUntil(() => expect(answers.every((list) => list.length > 2)).toBe(true))
  expect(renewal.place).toBe('main-thread')
  expect(warn).toHaveBeenCalledOnce()
  await first.stop()
  await second.stop()
  await renewal.close()
  link.close()
})
