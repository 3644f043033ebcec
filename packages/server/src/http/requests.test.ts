import { MillraceError } from '@millrace/connection'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { defineHandlers } from './handler.ts'
import { problemOf, startHarness } from '../harness.test.setup.ts'
import type { Harness } from '../harness.test.setup.ts'
import { maxFileBytes } from './upload.ts'
import type { UploadedFile } from './upload.ts'

let harness: Harness
let uploaded: { path: string; size: number | string }[] = []
let thrown: unknown

const sizeOf = (file: UploadedFile) => ('bytes' in file ? file.bytes.byteLength : file.refused)
const handlers = defineHandlers({
  search: ({ query }) => ({ query: query.q, results: [], total: query.limit }),
  createDocument: () => {
    if (thrown !== undefined) throw thrown
    return { id: 'one' }
  },
  startImport: async ({ files }) => {
    uploaded = []
    for await (const file of files()) uploaded.push({ path: file.path, size: sizeOf(file) })
    return { id: 'one', received: uploaded.length, accepted: uploaded.length, skipped: 0 }
  },
})

beforeAll(async () => {
  harness = await startHarness('embedded', { handlers, errors: { TEAPOT: { status: 418, retryable: false, after: 'Nothing.' } } })
})
afterAll(() => harness.close())

const json = { 'content-type': 'application/json' }
const post = (body: unknown, headers: Record<string, string> = json) =>
  harness.ask('POST', '/api/workspace/documents', { role: 'operator', body, headers })

it.each([
  ['{"title":', 'BODY_NOT_JSON'],
  ['', 'BODY_NOT_JSON'],
  ['{"title":"a","text":"b"', 'BODY_NOT_JSON'],
  ['{"title":"a","text":"b","__proto__":{"admin":true}}', 'BODY_NOT_JSON'],
  ['{"title":"a","text":"b","constructor":{"prototype":{"admin":true}}}', 'BODY_NOT_JSON'],
  ['null', 'REQUEST_INVALID'],
  ['[]', 'REQUEST_INVALID'],
  ['"text"', 'REQUEST_INVALID'],
])('the body %j is refused with %s', async (body, code) => {
  problemOf(await post(body), 400, body === '' ? 'BODY_NOT_JSON' : code)
  expect(({} as { admin?: unknown }).admin).toBeUndefined()
})

it('a body that is JSON but has a forbidden key is told so', async () => {
  const { detail } = problemOf(await post('{"title":"a","text":"b","__proto__":{"admin":true}}'), 400, 'BODY_NOT_JSON')
  expect(detail).toContain('a key __proto__')
  expect(problemOf(await post('{"__proto__":'), 400, 'BODY_NOT_JSON').detail).toBe('The body is not valid JSON.')
})

it('a hundred thousand nested lists harm nobody', async () => {
  const deep = `{"title":"a","text":${'['.repeat(100_000)}${']'.repeat(100_000)}}`
  problemOf(await post(deep), 400, 'REQUEST_INVALID')
})

it.each([
  ['text/plain', 'x'],
  ['application/x-www-form-urlencoded', 'title=a'],
  ['multipart/form-data; boundary=x', '--x--'],
  ['application/jsonp', '{}'],
])('a body of type %s is refused where JSON is wanted', async (type, body) => {
  expect(problemOf(await post(body, { 'content-type': type }), 415, 'CONTENT_TYPE_UNSUPPORTED').detail).toContain('application/json')
})

it('a body that is missing, and one where none is taken, are refused', async () => {
  expect(problemOf(await harness.ask('POST', '/api/workspace/documents', { role: 'operator' }), 400, 'REQUEST_INVALID').detail).toMatch(
    /^The body is missing; send JSON \(Content-Type: application\/json\) with title and text/,
  )
  problemOf(
    await harness.ask('GET', '/api/workspace/search?q=x', { role: 'viewer', body: 'x', headers: { 'content-type': 'text/plain' } }),
    415,
    'CONTENT_TYPE_UNSUPPORTED',
  )
})

it('a body above 1 MiB is refused and the limit named', async () => {
  const fits = { title: 'a', text: 'x'.repeat(1024 * 1024 - 25) }
  expect(Buffer.byteLength(JSON.stringify(fits))).toBeLessThanOrEqual(1024 * 1024)
  expect((await post(fits)).statusCode).toBe(201)
  problemOf(await post({ ...fits, text: `${fits.text}${'x'.repeat(30)}` }), 413, 'BODY_TOO_LARGE')
  const told = problemOf(await post({ ...fits, text: 'x'.repeat(9 * 1024 * 1024) }), 413, 'BODY_TOO_LARGE')
  expect(told.detail).toBe('The body is larger than the 1 MiB that this route takes.')
})

it('a field that is wrong is named with what is allowed, and nothing is guessed', async () => {
  const problem = problemOf(await post({ title: '', txt: 1 }), 400, 'REQUEST_INVALID')
  expect(problem.errors?.map(({ field }) => field).toSorted()).toEqual(['body.text', 'body.title', 'body.txt'])
  expect(problem.errors?.find(({ field }) => field === 'body.txt')?.message).toContain('title, text')
  problemOf(await post({ title: 1, text: 'x' }), 400, 'REQUEST_INVALID')
})

it.each([
  ['', 'query.q'],
  ['?q=', 'query.q'],
  ['?q=x&q=y', 'query.q'],
  ['?q=x&limit=0', 'query.limit'],
  ['?q=x&limit=101', 'query.limit'],
  ['?q=x&limit=ten', 'query.limit'],
  ['?q=x&limit=1.5', 'query.limit'],
  ['?q=x&limit=1&limit=2', 'query.limit'],
  ['?q=x&page=2', 'query.page'],
  ['?q=x&__proto__[a]=1', 'query.__proto__[a]'],
])('the query %s is refused by naming %s', async (query, field) => {
  const { errors } = problemOf(await harness.ask('GET', `/api/workspace/search${query}`, { role: 'viewer' }), 400, 'REQUEST_INVALID')
  expect(errors?.map((error) => error.field)).toContain(field)
})

it('numbers of a query are numbers, and what is left out has its default', async () => {
  expect((await harness.ask('GET', '/api/workspace/search?q=12&limit=7', { role: 'viewer' })).json()).toEqual({
    query: '12',
    results: [],
    total: 7,
  })
  expect((await harness.ask('GET', '/api/workspace/search?q=x', { role: 'viewer' })).json()).toMatchObject({ total: 20 })
})

it('what a handler throws unasked tells nothing outside and everything in the log', async () => {
  for (const error of [
    new Error('ENOENT /srv/private/key.pem'),
    new MillraceError('STORE_UNAVAILABLE', 'redis://10.0.0.7 /srv/private'),
    'a text',
    null,
  ]) {
    thrown = error ?? new Error('/srv/private')
    harness.lines.length = 0
    const answer = await post({ title: 'a', text: 'b' })
    expect(answer.statusCode).toBeGreaterThanOrEqual(500)
    expect(answer.body).not.toMatch(/private|10\.0\.0\.7|a text|node_modules|\.ts/)
    const id = /under request (\S+)\./.exec(answer.json<{ detail: string }>().detail)?.[1]
    expect(harness.lines.some((line) => line.includes('request failed') && line.includes(`"reqId":"${id}"`))).toBe(true)
  }
  thrown = new MillraceError('TEAPOT', 'Short and stout.')
  expect(problemOf(await post({ title: 'a', text: 'b' }), 418, 'TEAPOT').detail).toBe('Short and stout.')
  thrown = undefined
})

it('neither tokens nor bodies nor queries are logged', async () => {
  harness.lines.length = 0
  await post({ title: 'canary-title', text: 'canary-text' })
  await harness.ask('GET', '/api/workspace/search?q=canary-query', { role: 'viewer' })
  await harness.ask('GET', '/api/workspace/search?q=x', { token: 'canary.token.x', headers: { cookie: 'session=canary-cookie' } })
  await post('{"title":"canary-title",')
  expect(harness.lines.length).toBeGreaterThan(3)
  expect(harness.lines.join('')).not.toMatch(/canary|eyJ/)
})

it('every answer forbids inline script, framing, sniffing and referrers', async () => {
  for (const [method, url, role] of [
    ['GET', '/'],
    ['GET', '/nothing'],
    ['GET', '/api/x'],
    ['GET', '/health/live'],
    ['GET', '/api/workspace/search?q=x', 'viewer'],
  ] as const) {
    const { headers } = await harness.ask(method, url, { role })
    const policy = String(headers['content-security-policy'])
    expect(policy).toContain("default-src 'none'")
    expect(policy).toContain("frame-ancestors 'none'")
    expect(policy).not.toContain('unsafe')
    expect(headers).toMatchObject({ 'x-content-type-options': 'nosniff', 'referrer-policy': 'no-referrer' })
    expect(headers['strict-transport-security']).toBeUndefined()
  }
})

/** A multipart body of the given parts. */
function multipart(parts: readonly { readonly path?: string; readonly content: string }[]) {
  const boundary = 'a-boundary'
  const body = parts.map(({ path, content }) => {
    const file = path === undefined ? '' : `; filename="${path}"\r\nContent-Type: text/markdown`
    return `--${boundary}\r\nContent-Disposition: form-data; name="file"${file}\r\n\r\n${content}\r\n`
  })
  return { body: `${body.join('')}--${boundary}--\r\n`, headers: { 'content-type': `multipart/form-data; boundary=${boundary}` } }
}
const upload = (request: { body: string; headers: Record<string, string> }) =>
  harness.ask('POST', '/api/workspace/import', { role: 'operator', ...request })

it('an upload hands over its files with their paths, and passes over one that is too large', async () => {
  const parts = [
    { path: 'guide/läufer.md', content: '# One' },
    { path: 'large.md', content: 'x'.repeat(maxFileBytes + 1) },
    { path: '../../etc/passwd', content: '' },
    { path: 'full.md', content: 'x'.repeat(maxFileBytes) },
  ]
  expect((await upload(multipart(parts))).statusCode).toBe(202)
  expect(uploaded).toEqual([
    { path: 'guide/läufer.md', size: 5 },
    { path: 'large.md', size: 'too-large' },
    { path: '../../etc/passwd', size: 0 },
    { path: 'full.md', size: maxFileBytes },
  ])
})

it('an upload may have 10,000 files; the next one ends it and is named', async () => {
  const parts = Array.from({ length: 10_002 }, (_, index) => ({ path: `${index}.md`, content: 'x' }))
  expect((await upload(multipart(parts.slice(0, 10_000)))).statusCode).toBe(202)
  expect(uploaded).toHaveLength(10_000)
  expect(uploaded.at(-1)).toEqual({ path: '9999.md', size: 1 })
  expect((await upload(multipart(parts))).statusCode).toBe(202)
  expect(uploaded.slice(9_999)).toEqual([
    { path: '9999.md', size: 1 },
    { path: '10000.md', size: 'too-many' },
  ])
})

it.each([
  ['a form field', multipart([{ path: 'a.md', content: 'x' }, { content: 'y' }])],
  [
    'a cut body',
    {
      ...multipart([{ path: 'a.md', content: 'x' }]),
      body: '--a-boundary\r\nContent-Disposition: form-data; name="file"; filename="a.md"\r\n\r\nx',
    },
  ],
  ['no boundary', { body: 'x', headers: { 'content-type': 'multipart/form-data' } }],
  ['something else inside', { body: 'x'.repeat(1000), headers: { 'content-type': 'multipart/form-data; boundary=y' } }],
])('an upload with %s is refused in words', async (_, request) => {
  problemOf(await upload(request), 400, 'UPLOAD_INVALID')
})
