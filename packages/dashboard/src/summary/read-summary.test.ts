import { createServer } from 'node:http'
import type { IncomingMessage, Server, ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { ReadFailure } from './entry.ts'
import { summaryReader } from './read-summary.ts'

let server: Server
let baseUrl = ''
let asked: IncomingMessage | undefined
let answer: (response: ServerResponse) => void = () => undefined

beforeAll(async () => {
  server = createServer((request, response) => {
    asked = request
    answer(response)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  baseUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}/mounted`
})
afterAll(() => server.close())

const read = (options = { etag: undefined as string | undefined, isFresh: false }) =>
  summaryReader({ baseUrl, token: () => 'a-token' })({ view: 'queues', range: '24h', queue: 'mail' }, options)
const failureOf = async (reading: Promise<unknown>) => {
  const error = await reading.catch((reason: unknown) => reason)
  expect(error).toBeInstanceOf(ReadFailure)
  return error as ReadFailure
}

describe('one read', () => {
  it('asks for the page, the range and its thing, with the token, and learns the tag and what is left', async () => {
    answer = (response) => {
      response.writeHead(200, { etag: '"1"', ratelimit: '"performance";r=37;t=60' }).end('{"range":"24h"}')
    }
    const { summary, etag, budget } = await read()
    expect([asked?.url, asked?.headers.authorization]).toEqual([
      '/mounted/api/performance/summary?view=queues&range=24h&queue=mail',
      'Bearer a-token',
    ])
    expect([summary, etag, budget?.remaining]).toEqual([{ range: '24h' }, '"1"', 37])
  })

  it('names what it has, and takes 304 for an answer', async () => {
    answer = (response) => {
      response.writeHead(304, { ratelimit: '"performance";r=37;t=60' }).end()
    }
    expect(await read({ etag: '"1"', isFresh: false })).toMatchObject({ summary: undefined, etag: '"1"', budget: { remaining: 37 } })
    expect(asked?.headers['if-none-match']).toBe('"1"')
  })

  it('a fresh one is asked for as such', async () => {
    answer = (response) => {
      response.writeHead(200).end('{}')
    }
    await read({ etag: undefined, isFresh: true })
    expect([asked?.headers['cache-control'], asked?.headers['if-none-match']]).toEqual(['no-cache', undefined])
  })
})

describe('a read that fails', () => {
  it('says what the server said, and when to come again', async () => {
    answer = (response) => {
      const problem = { type: 't', title: 't', status: 429, detail: 'too many', code: 'RATE_LIMITED', instance: '/' }
      response.writeHead(429, { 'retry-after': '90', ratelimit: '"performance";r=0;t=90' }).end(JSON.stringify(problem))
    }
    const { failure, budget } = await failureOf(read())
    expect(failure).toMatchObject({ status: 429, code: 'RATE_LIMITED', detail: 'too many' })
    expect(failure.retryAtMs - failure.atMs).toBeGreaterThanOrEqual(89_000)
    expect(budget?.remaining).toBe(0)
  })

  it('says so when nothing answers', async () => {
    answer = (response) => response.destroy()
    expect((await failureOf(read())).failure).toMatchObject({ status: 0, code: 'UNREACHABLE' })
  })
})
