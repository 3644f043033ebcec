import { connect } from 'node:net'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { startHarness } from '../harness.test.setup.ts'
import type { Harness } from '../harness.test.setup.ts'

let harness: Harness
let port = 0
const credentials: string[] = []
beforeAll(async () => {
  harness = await startHarness('embedded', { queues: { mail: {} } })
  port = Number(new URL(await harness.server.listen()).port)
  const forged = harness.tokens.admin.replace(/[\w-]{4}$/, (end) => (end === 'AAAA' ? 'BBBB' : 'AAAA'))
  credentials.push('', `authorization: Bearer ${forged}\r\n`, `cookie: millrace-session=${forged}\r\n`)
})
afterAll(() => harness.close())

const path = '/api/performance/queues'

/** Texts that one reader or another takes for the path; below /api by everybody's reading, so none but a token gets an answer. */
const below = [
  path,
  `${path}/`,
  `${path}?`,
  `${path}?token=x`,
  `${path}#x`,
  `${path};x=1`,
  `${path}.`,
  `${path}..`,
  `${path}/.`,
  `${path}/..`,
  `${path}/../queues`,
  `${path}%20`,
  `${path}%00`,
  `${path}%0d%0a`,
  `${path}%2f`,
  `${path}%2e`,
  `${path}.json`,
  `${path}/mail`,
  `${path}/mail/size`,
  `${path}/mail%2fsize`,
  `//api/performance/queues`,
  `///api/performance/queues`,
  `/api//performance//queues`,
  `/api/./performance/./queues`,
  `/./api/performance/queues`,
  `/x/../api/performance/queues`,
  `/api/../api/performance/queues`,
  `/api/%2e/performance/queues`,
  `/%2e/api/performance/queues`,
  `/x/%2e%2e/api/performance/queues`,
  `/x/..%2fapi/performance/queues`,
  `/%61pi/performance/queues`,
  `/%61%70%69/performance/queues`,
  `/api%2fperformance%2fqueues`,
  `/api%2Fperformance/queues`,
  `/%2fapi/performance/queues`,
  `/%2Fapi%2Fperformance%2Fqueues`,
  `/api%252fperformance/queues`,
  `/%2561pi/performance/queues`,
  `/API/performance/queues`,
  `/Api/Performance/Queues`,
  `/api\\performance\\queues`,
  `/\\api/performance/queues`,
  `/api%5cperformance%5cqueues`,
  `/api/performance/%71ueues`,
  `/api`,
  `/api/`,
  `/api/unknown`,
  `/api/%zz`,
  `/api/%`,
  `/api/%c0%af`,
  `/api/${'x'.repeat(2_000)}`,
  `http://localhost${path}`,
  `HTTP://evil.example.org${path}`,
  `https://user:password@evil.example.org${path}`,
  `http://localhost//api/performance/queues`,
]
/** Texts that stand for nothing here; whatever they get, it is no figure. */
const beside = [
  `/dashboard/../api/performance/queues`,
  `/health/live/../../api/performance/queues`,
  `/api/session`,
  `/api;x${path.slice(4)}`,
  `/api.${path.slice(4)}`,
  `/api%00${path.slice(4)}`,
  `/api%20${path.slice(4)}`,
  `/apix${path.slice(4)}`,
  `/v1${path}`,
  `/assets/..;${path}`,
  `/health${path}`,
  `/%c0%af${path.slice(1)}`,
  `/ａpi/performance/queues`,
  `*`,
  `?${path}`,
  `http:${path}`,
  `localhost:80`,
]
const methods = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS', 'TRACE', 'PROPFIND', 'QUERY', 'get']

/** Sends bytes as they are and answers with all that comes back until the connection ends. */
function send(text: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, '127.0.0.1', () => socket.write(text))
    let answer = ''
    socket.on('data', (chunk: Buffer) => (answer += chunk.toString()))
    socket.on('close', () => resolve(answer))
    socket.on('error', reject)
  })
}

/** What of an answer a client goes by: status, the headers that mean something, and the body but for the path it names. */
function shape(answer: string): string {
  const [head = '', body = ''] = answer.split('\r\n\r\n')
  const [status, ...headers] = head.split('\r\n')
  const telling = headers.filter((line) =>
    /^(content-type|cache-control|www-authenticate|set-cookie|location|allow|retry-after):/i.test(line),
  )
  return [status, ...telling.toSorted(), body.replace(/"instance":"(?:[^"\\]|\\.)*"/, '"instance":""')].join('\n')
}

const requests = (paths: readonly string[]) =>
  paths.flatMap((text) =>
    methods.flatMap((method) =>
      ['HTTP/1.1', 'HTTP/1.0'].flatMap((version) =>
        credentials.map((sent) => ({
          text: `${method} ${text} ${version}\r\nhost: localhost\r\nconnection: close\r\n${sent}\r\n`,
          method,
          // What tells a server to read the path elsewhere is not listened to.
          lured: `${method} /nothing ${version}\r\nhost: localhost\r\nx-original-url: ${path}\r\nx-rewrite-url: ${path}\r\nx-http-method-override: GET\r\nconnection: close\r\n${sent}\r\n`,
        })),
      ),
    ),
  )

it('no spelling of a path below /api, method or version gives anything without a token, and all are told the same', async () => {
  const first = shape(await send(`GET ${path} HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n`))
  expect(first).toMatch(/^HTTP\/1\.1 401 /)
  const [head = ''] = first.split('\n{')
  const different: string[] = []
  const all = requests(below)
  for (const { text, method } of all) {
    const answer = await send(text)
    // What is no method, and a path that no parser takes, never reaches a route.
    if (answer.startsWith('HTTP/1.1 400 ') && !answer.includes('"queues"')) continue
    const found = shape(answer)
    if (method === 'HEAD' ? found.trimEnd() !== head.trimEnd() : found !== first)
      different.push(`${text.slice(0, 120)}\n→ ${answer.slice(0, 200)}`)
  }
  expect(different).toEqual([])
  expect(all.length).toBeGreaterThan(3_000)
})

it('what only resembles such a path gives no figure, however it is asked for', async () => {
  const told: string[] = []
  for (const { text, lured } of requests(beside)) {
    for (const sent of [text, lured]) {
      const answer = await send(sent)
      // Public pages are for anybody, however their path is written.
      const isPage = answer.startsWith('HTTP/1.1 200 ') && /^content-type: text\/html/im.test(answer)
      if (!(isPage || /^HTTP\/1\.1 (400|401|404|405|415) /.test(answer)) || answer.includes('"queues":['))
        told.push(`${sent.slice(0, 120)}\n→ ${answer.slice(0, 200)}`)
    }
  }
  expect(told).toEqual([])
})
