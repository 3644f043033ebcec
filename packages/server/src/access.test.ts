import { once } from 'node:events'
import { Readable } from 'node:stream'
import { roles, routes } from '@millrace/contract'
import type { Role, Route, RouteName } from '@millrace/contract'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { WebSocket } from 'ws'
import { answerOf, problemOf, startHarness } from './harness.test.setup.ts'
import type { Harness, StoreKind } from './harness.test.setup.ts'
import { defineHandlers, Reply } from './http/handler.ts'

const progress = {
  id: 'one',
  state: 'done',
  counts: { received: 0, skipped: 0, accepted: 0, stored: 0, unchanged: 0, indexed: 0, mentions: 0, failed: 0, cancelled: 0 },
  skipped: [],
  failed: [],
  startedBy: null,
  createdAtMs: 0,
  finishedAtMs: 0,
} as const
const summary = { id: 'one', title: 't', path: null, version: 1, createdAtMs: 0, updatedAtMs: 0, updatedBy: null }
const reindex = { state: 'idle', done: 0, total: 0, startedBy: null, startedAtMs: null, finishedAtMs: null } as const
const sample = { running: false, queue: 'sample', startedAtMs: null, endsAtMs: null, by: null } as const

/** The workspace is another room: here its operations only answer in their shape. */
const workspace = defineHandlers({
  createDocument: () => ({ id: 'one' }),
  listDocuments: () => ({ documents: [{ ...summary, textBytes: 0 }], total: 1 }),
  getDocument: () => ({ ...summary, text: '', watching: false }),
  listVersions: () => ({ id: 'one', versions: [] }),
  getVersion: () => ({ id: 'one', version: 1, title: 't', text: '', createdAtMs: 0, author: null }),
  restoreVersion: () => ({ id: 'one', version: 2 }),
  deleteDocument: () => ({ id: 'one' }),
  exportDocument: () => new Reply('text', { 'content-type': 'text/markdown; charset=utf-8' }),
  exportWorkspace: () => new Reply(Readable.from(['zip']), { 'content-type': 'application/zip' }),
  openRoom: ({ identity }, socket) => socket.send(Buffer.from(identity.role)),
  getRendered: () => ({ id: 'one', version: 1, html: '', outline: [], truncated: false }),
  getLinks: () => ({ id: 'one', links: [], backlinks: [] }),
  getDocumentMessages: () => ({ id: 'one', messages: [] }),
  getActivity: () => ({ id: 'one', readers: 0, edits: 0, days: [], editors: [] }),
  watchDocument: () => ({ id: 'one', watching: true }),
  unwatchDocument: () => ({ id: 'one', watching: false }),
  suggest: ({ query }) => ({ query: query.q, titles: [] }),
  listPeople: () => ({ people: [] }),
  startReindex: () => reindex,
  getReindex: () => reindex,
  readInbox: () => ({ unread: 0 }),
  watchWorkspace: ({ openStream }) => openStream(),
  search: ({ query }) => ({ query: query.q, results: [], total: 0 }),
  getInbox: ({ identity }) => ({ items: [], unread: identity.subject === null ? 0 : 1 }),
  getTrends: () => ({ totals: { documents: 0, words: 0, views: 0, searches: 0, mentions: 0 }, days: [], documents: [], searches: [] }),
  startImport: async ({ files }) => {
    let received = 0
    for await (const file of files()) received += file.path === '' ? 0 : 1
    return { id: 'one', received, accepted: received, skipped: 0 }
  },
  getImport: () => progress,
  cancelImport: () => progress,
  getSampleTraffic: () => sample,
  startSampleTraffic: () => ({ ...sample, running: true }),
  stopSampleTraffic: () => sample,
})

const boundary = { 'content-type': 'multipart/form-data; boundary=b' }
interface Good {
  readonly query?: string
  readonly body?: unknown
  readonly headers?: Record<string, string>
}

/** A good request of each operation that needs more than its path. */
const requests: { readonly [Name in RouteName]?: Good | ((harness: Harness) => Good) } = {
  createSession: ({ tokens }) => ({ body: { token: tokens.viewer } }),
  enqueue: { body: { payload: 1 } },
  redriveQueue: { body: {} },
  createDocument: { body: { title: 't', text: '' } },
  startSampleTraffic: { body: {} },
  search: { query: '?q=x' },
  suggest: { query: '?q=x' },
  readInbox: { body: {} },
  startImport: { body: '--b\r\nContent-Disposition: form-data; name="file"; filename="a.md"\r\n\r\nx\r\n--b--\r\n', headers: boundary },
}

const values: Readonly<Record<string, string>> = { queueName: 'mail', id: 'one', metricName: 'api.response_time', version: '1' }
const pathOf = (path: string) => path.replaceAll(/:(\w+)/g, (_, name: string) => String(values[name]))
const rows = Object.entries(routes) as [RouteName, Route][]

describe.each<StoreKind>(['embedded', 'redis'])('who may do what on %s', (kind) => {
  let harness: Harness
  beforeAll(async () => {
    harness = await startHarness(kind, { queues: { mail: {} }, handlers: workspace })
  })
  afterAll(() => harness.close())

  /** A stream does not end by itself: it is read over a socket until it began. */
  async function expectStream(path: string, headers: Record<string, string>): Promise<void> {
    const address = await harness.listening()
    const answer = await fetch(address + path, { headers })
    expect([answer.status, answer.headers.get('content-type')]).toEqual([200, 'text/event-stream'])
    await answer.body?.cancel()
    const head = await fetch(address + path, { method: 'HEAD', headers })
    expect([head.status, await head.text()]).toEqual([200, ''])
  }

  /** What is let in opens; asked for without opening, the answer is that it must be. */
  async function expectSocket(path: string, headers: Record<string, string>, role: Role): Promise<void> {
    const address = await harness.listening()
    const socket = new WebSocket(address.replace('http', 'ws') + path, { headers: { ...headers, origin: address } })
    const [heard] = (await once(socket, 'message')) as [Buffer]
    expect(heard.toString()).toBe(role)
    socket.close()
    problemOf(await harness.ask('GET', path, { headers }), 426, 'UPGRADE_REQUIRED')
    expect((await harness.ask('HEAD', path, { headers })).statusCode).toBe(426)
  }

  /** What a request of `role` carries; a session of its own each time, since signing out is one of the cells. */
  const credentials = async (role: Role | undefined, by: 'bearer' | 'cookie'): Promise<Record<string, string>> => {
    if (role === undefined) return {}
    if (by === 'bearer') return { authorization: `Bearer ${harness.tokens[role]}` }
    return { cookie: await harness.signIn(harness.tokens[role]), 'sec-fetch-site': 'same-origin' }
  }

  const cells = rows.flatMap(([name, row]) => [
    { name, row, role: undefined, by: 'bearer' as const },
    ...roles.flatMap((role) => (['bearer', 'cookie'] as const).map((by) => ({ name, row, role, by }))),
  ])
  it.each(cells)('$name as $role by $by', async ({ name, row, role, by }) => {
    const given = requests[name]
    const { query = '', body, headers } = (typeof given === 'function' ? given(harness) : given) ?? {}
    if (row.events !== undefined && role !== undefined) return expectStream(pathOf(row.path), await credentials(role, by))
    if (row.websocket && role !== undefined) return expectSocket(pathOf(row.path), await credentials(role, by), role)
    const url = pathOf(row.path) + query
    const asked = { headers: { ...headers, ...(await credentials(role, by)) }, ...(body === undefined ? {} : { body }) }
    const answer = await harness.ask(row.method, url, asked)
    if (row.role === 'public') answerOf(name, answer)
    else if (role === undefined) problemOf(answer, 401, 'UNAUTHENTICATED')
    else if (roles.indexOf(role) >= roles.indexOf(row.role)) answerOf(name, answer)
    else expect(problemOf(answer, 403, 'ROLE_TOO_LOW').detail).toContain(`role ${row.role}`)

    if (row.method === 'GET') {
      const head = await harness.ask('HEAD', url, asked)
      expect([head.statusCode, head.body]).toEqual([answer.statusCode, ''])
    }
  })
})

it('the one refusal has the same body and headers, whatever is wrong with a token', async () => {
  const harness = await startHarness('embedded', { queues: { mail: {} } })
  try {
    const { viewer } = harness.tokens
    const changed = viewer.slice(0, -3) + (viewer.endsWith('AAA') ? 'BBB' : 'AAA')
    const headers = [
      {},
      { authorization: '' },
      { authorization: 'Bearer' },
      { authorization: 'Bearer ' },
      { authorization: viewer },
      { authorization: `Basic ${viewer}` },
      { authorization: `Bearer ${changed}` },
      { authorization: `Bearer  ${viewer}` },
      { authorization: `Bearer ${viewer} x` },
      { authorization: `Bearer ${viewer},${viewer}` },
      { authorization: `Bearer "${viewer}"` },
      { authorization: `Bearer ${'x'.repeat(9_000)}` },
      { cookie: `token=${viewer}` },
      { 'x-access-token': viewer },
    ]
    const told = new Set<string>()
    for (const given of headers as Record<string, string>[]) {
      const answer = await harness.ask('GET', `/api/performance/queues?token=${viewer}`, { headers: given })
      const { date: _, ratelimit: _left, ...rest } = answer.headers
      told.add(JSON.stringify([answer.statusCode, answer.body, rest]))
    }
    expect([...told]).toHaveLength(1)
    expect([...told][0]).toContain('Bearer realm')
    expect((await harness.ask('GET', '/api/performance/queues', { headers: { authorization: `bearer ${viewer}` } })).statusCode).toBe(200)
  } finally {
    await harness.close()
  }
})

it('a refusal comes before the body is read and before it is said whether a queue exists', async () => {
  const harness = await startHarness('embedded', { queues: { mail: {} } })
  try {
    for (const queue of ['mail', 'nobody', 'not a name']) {
      const url = `/api/queues/${encodeURIComponent(queue)}/messages`
      problemOf(await harness.ask('POST', url, { body: 'not json' }), 401, 'UNAUTHENTICATED')
      problemOf(await harness.ask('POST', url, { body: 'not json', role: 'viewer' as Role }), 403, 'ROLE_TOO_LOW')
    }
  } finally {
    await harness.close()
  }
})
