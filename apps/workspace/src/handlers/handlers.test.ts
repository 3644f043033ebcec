import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, expect, test, vi } from 'vitest'
import { Bury, CacheService, connectEmbedded } from 'millrace'
import type { EnqueueOptions, Message } from 'millrace'
import { openCollaboration } from '../collaboration/open-collaboration.ts'
import { EmbeddedDocumentStore } from '../documents/embedded-document-store.ts'
import { RecentDocuments } from '../documents/recent-documents.ts'
import { RenderedDocuments } from '../documents/rendered-documents.ts'
import { documentIdOf, ImportService } from '../imports/import-service.ts'
import type { LookUp } from '../imports/import-service.ts'
import { ImportRecord } from '../imports/import-record.ts'
import { Inbox } from '../inbox/inbox.ts'
import { Outbox } from '../outbox.ts'
import { People } from '../people/people.ts'
import { IndexMaker } from '../search/index-maker.ts'
import { Reindexing } from '../search/reindexing.ts'
import { SearchFollower } from '../search/search-follower.ts'
import { SearchIndex } from '../search/search-index.ts'
import { DocumentActivity } from '../trends/document-activity.ts'
import { Trends } from '../trends/trends.ts'
import { Watches } from '../watches/watches.ts'
import { countActivity } from './analytics.ts'
import { storeVersion } from './document-operations.ts'
import { notify } from './notifications.ts'
import { indexVersion } from './search-operations.ts'

const folder = mkdtempSync(join(tmpdir(), 'millrace handlers '))
const connection = await connectEmbedded(join(folder, 'store'))
afterAll(async () => {
  await connection.close()
  rmSync(folder, { recursive: true, force: true })
})
afterEach(() => void vi.useRealTimers())
let rooms = 0
const silent = { debug() {}, info() {}, warn() {}, error() {} }

interface Sent {
  readonly queue: string
  readonly payload: unknown
  readonly options: EnqueueOptions
}

/** The rooms on real stores; what the outbox sends is kept, and a test hands it to the handlers as it likes. */
async function setup() {
  const name = String((rooms += 1))
  const documents = new EmbeddedDocumentStore(join(folder, name, 'documents.db'))
  const index = SearchIndex.open(join(folder, name), await documents.identity())
  const search = new SearchFollower(documents, index, silent)
  await search.start()
  const sent = new Map<string, Sent>()
  const outbox = new Outbox({
    enqueue: async (queue, payload, options = {}) => void sent.set(options.id ?? `no id ${sent.size}`, { queue, payload, options }),
  })
  const imports = new ImportRecord(connection.keyValue(`imports-${name}`))
  const cache = new CacheService(connection, { room: `cache-${name}` })
  const recent = new RecentDocuments(documents, cache)
  const reindexing = new Reindexing(connection.keyValue(`reindex-${name}`), outbox)
  const indexMaker = new IndexMaker({ documents, index, reindexing }, silent)
  const all = {
    ...openCollaboration(connection.keyValue(`rooms-${name}`), { documents, outbox, log: silent }),
    documents,
    recent,
    search,
    indexMaker,
    outbox,
    imports,
    inbox: new Inbox(connection.keyValue(`inbox-${name}`)),
    people: new People(connection.keyValue(`people-${name}`)),
    watches: new Watches(connection.keyValue(`watches-${name}`)),
    trends: new Trends(connection.keyValue(`trends-${name}`)),
    documentActivity: new DocumentActivity(connection.keyValue(`activity-${name}`)),
  }
  /** What became of a message that was sent; it waits unless a test says otherwise. */
  const states = new Map<string, Awaited<ReturnType<LookUp>>>()
  const lookUp: LookUp = async (_queue, messageId) => (states.has(messageId) ? states.get(messageId) : { state: 'ready', reason: null })
  const keepWritten = (documentId: string) => all.snapshots.keep(documentId)
  const service = new ImportService({ documents, record: imports, outbox, lookUp, keepWritten })
  const importFiles = async (files: Record<string, string | Uint8Array>, id?: string) => {
    const upload = await service.begin('bob', id)
    for (const [path, text] of Object.entries(files)) await upload.accept(path, typeof text === 'string' ? Buffer.from(text) : text)
    await upload.end({ isWhole: true })
    return upload.id
  }
  const messages = (queue: string) => [...sent].filter(([, one]) => one.queue === queue).map(([id, one]) => messageOf(id, one))
  const handleAll = async () => {
    for (const message of messages('document-operations')) await storeVersion(all, message)
    for (const message of messages('search-operations')) await indexVersion(all, message)
    for (const message of messages('notifications')) await notify(all, message)
    await countActivity(all, messages('analytics'))
  }
  const found = (query: string) => index.search(query, { limit: 10 }).results.map(({ path }) => path)
  const rendered = new RenderedDocuments({ documents, index, cache })
  return { ...all, rooms: all, index, cache, reindexing, rendered, sent, states, messages, service, importFiles, handleAll, found }
}

function messageOf(id: string, { payload, options }: Sent): Message {
  const { name = 'default', priority = 'normal' } = options
  return { id, name, payload, priority, attempt: 1, retries: 0, createdAtMs: 1_000, scheduledFor: null, tags: [] }
}

test('an imported file is stored, found, counted and its mentions delivered, by one message each', async () => {
  const { importFiles, handleAll, sent, found, inbox, trends, service, documents } = await setup()
  const id = await importFiles({ 'n/plan.md': '# Plan\nTurn the wheel, @ada and @grace!' })
  await handleAll()
  expect([...sent.values()].map(({ queue, options }) => `${queue} ${options.priority}`).sort()).toEqual([
    'analytics low',
    'document-operations low',
    'notifications high',
    'notifications urgent',
    'search-operations low',
  ])
  expect(await documents.get(documentIdOf('n/plan.md'))).toMatchObject({ title: 'Plan', version: 1, updatedBy: 'bob', path: 'n/plan.md' })
  expect(found('wheel')).toEqual(['n/plan.md'])
  expect(await inbox.list('ada', { limit: 5 })).toMatchObject({ unread: 1, items: [{ title: 'Plan', by: 'bob', urgent: false }] })
  expect(await inbox.list('grace', { limit: 5 })).toMatchObject({ unread: 1, items: [{ urgent: true }] })
  expect((await trends.report(1_000)).totals).toMatchObject({ documents: 1, words: 8, mentions: 2 })
  expect(await service.progress(id)).toMatchObject({
    state: 'done',
    counts: { received: 1, accepted: 1, stored: 1, indexed: 1, mentions: 2, skipped: 0, failed: 0, cancelled: 0 },
  })
})

test('handling every message again changes nothing', async () => {
  const { importFiles, handleAll, sent, inbox, trends, service, documents } = await setup()
  const id = await importFiles({ 'a.md': 'hello @ada', 'b.md': 'two words' })
  const state = async () =>
    JSON.stringify(
      [
        [...sent.keys()],
        await service.progress(id),
        await inbox.list('ada', { limit: 9 }),
        await trends.report(1_000),
        await documents.list({ offset: 0, limit: 9 }),
      ],
      (key, value: unknown) => (key === 'finishedAtMs' ? undefined : value),
    )
  await handleAll()
  const once = await state()
  await handleAll()
  expect(await state()).toBe(once)
})

test('a message of an older version, handled late, never replaces a newer version', async () => {
  const { importFiles, messages, rooms: all, documents, handleAll, found } = await setup()
  await importFiles({ 'a.md': 'old words' })
  await importFiles({ 'a.md': 'new words' })
  const [older, newer] = messages('document-operations')
  await storeVersion(all, newer as Message)
  await storeVersion(all, older as Message)
  await handleAll()
  expect(await documents.get(documentIdOf('a.md'))).toMatchObject({ text: 'new words', version: 2 })
  expect([found('new'), found('old')]).toEqual([['a.md'], []])
})

test('only who is newly mentioned is told when a document changes', async () => {
  const { importFiles, handleAll, messages, inbox } = await setup()
  await importFiles({ 'a.md': '@ada @bob' })
  await handleAll()
  await importFiles({ 'a.md': '@ada @bob! @grace' })
  await handleAll()
  expect(messages('notifications').map(({ payload }) => (payload as { subject: string }).subject)).toEqual(['ada', 'bob', 'bob', 'grace'])
  expect((await inbox.list('ada', { limit: 9 })).total).toBe(1)
  expect((await inbox.list('bob', { limit: 9 })).items.map(({ urgent }) => String(urgent)).sort()).toEqual(['false', 'true'])
})

test('who watches a document is told of each change by one item, which a later change makes unread again', async () => {
  const { importFiles, handleAll, inbox, watches } = await setup()
  const id = documentIdOf('a.md')
  await importFiles({ 'a.md': 'one' })
  await handleAll()
  for (const name of ['Ada', 'grace', 'bob']) await watches.watch(id, name)
  await importFiles({ 'a.md': 'one\ntwo @grace' })
  await handleAll()
  const item = { id: `watch:${id}`, kind: 'watch', title: 'a.md', by: 'bob', excerpt: 'two @grace', urgent: false, read: false }
  expect(await inbox.list('ada', { limit: 9 })).toMatchObject({ unread: 1, total: 1, items: [item] })
  // Who is mentioned in the change is told of that, and who wrote it knows.
  expect((await inbox.list('grace', { limit: 9 })).items).toMatchObject([{ kind: 'mention' }])
  expect((await inbox.list('bob', { limit: 9 })).total).toBe(0)

  await importFiles({ 'a.md': 'one\nthree @grace' })
  await handleAll()
  expect(await inbox.list('ada', { limit: 9 })).toMatchObject({ unread: 1, total: 1, items: [{ excerpt: 'three @grace', version: 3 }] })
  await inbox.markAllRead('ada')
  await handleAll()
  expect((await inbox.list('ada', { limit: 9 })).unread).toBe(0)
  await importFiles({ 'a.md': 'one' })
  await handleAll()
  expect(await inbox.list('ada', { limit: 9 })).toMatchObject({ unread: 1, total: 1, items: [{ excerpt: '', version: 4 }] })
  await watches.unwatch(id, 'ada')
  await inbox.markAllRead('ada')
  await importFiles({ 'a.md': 'two' })
  await handleAll()
  expect((await inbox.list('ada', { limit: 9 })).unread).toBe(0)
})

test('a link leads to a document that comes later as soon as it is there, and the document knows who links to it', async () => {
  const { importFiles, handleAll, index, rendered } = await setup()
  const [plan, race] = [documentIdOf('notes/plan.md'), documentIdOf('notes/race.md')]
  await importFiles({ 'notes/plan.md': '# Plan\n- see **[[mill RACE]]** and [it](race.md#wheel)\n- [[Plan]]' })
  await handleAll()
  expect(index.linksOf(plan)).toEqual([
    { written: 'mill RACE', id: null, title: null },
    { written: 'race.md#wheel', id: null, title: null },
    { written: 'Plan', id: plan, title: 'Plan' },
  ])
  expect((await rendered.get(plan))?.html).toContain('<span class="md-missing" data-document="mill RACE">')

  await importFiles({ 'notes/race.md': '# Mill race' })
  await handleAll()
  expect(index.linksOf(plan)[0]).toEqual({ written: 'mill RACE', id: race, title: 'Mill race' })
  expect(index.backlinksOf(race)).toEqual([{ id: plan, title: 'Plan', snippet: 'see mill RACE and it' }])
  expect(index.backlinksOf(plan)).toEqual([])
  const drawn = await rendered.get(plan)
  expect(drawn?.html).toContain(`href="/documents/${race}">mill RACE</a>`)
  expect(drawn?.html).toContain(`href="/documents/${race}#section-wheel">it</a>`)
  expect(drawn).toMatchObject({ version: 1, outline: [{ level: 1, text: 'Plan', anchor: 'section-plan' }], truncated: false })

  await importFiles({ 'notes/plan.md': 'no link' })
  await handleAll()
  expect([index.linksOf(plan), index.backlinksOf(race)]).toEqual([[], []])
})

test('a document is drawn once a version, however many ask', async () => {
  const { importFiles, handleAll, rendered, cache } = await setup()
  await importFiles({ 'a.md': '# One' })
  await handleAll()
  const id = documentIdOf('a.md')
  const before = cache.stats().loads
  await Promise.all([rendered.get(id), rendered.get(id)])
  expect((await rendered.get(id))?.html).toContain('One')
  expect(cache.stats().loads).toBe(before + 1)
  await importFiles({ 'a.md': '# Two' })
  await handleAll()
  expect(await rendered.get(id)).toMatchObject({ version: 2, outline: [{ text: 'Two' }] })
  expect(await rendered.get('none')).toBeUndefined()
})

test('the list of what changed last is read once, and again after each change', async () => {
  const { importFiles, handleAll, recent, cache } = await setup()
  expect(await recent.list({ offset: 0, limit: 5 })).toEqual({ documents: [], total: 0 })
  await importFiles({ 'a.md': 'one', 'b.md': 'two' })
  await handleAll()
  const loads = cache.stats().loads
  for (let times = 0; times < 5; times += 1) expect((await recent.list({ offset: 0, limit: 5 })).total).toBe(2)
  expect((await recent.list({ offset: 1, limit: 5 })).documents.length).toBe(1)
  expect((await recent.list({ offset: 0, limit: 500 })).documents.length).toBe(2)
  expect(cache.stats().loads).toBe(loads + 1)
})

test('search files are made anew while the old one serves, and what a process that ended had made is kept', async () => {
  const { importFiles, handleAll, reindexing, rooms: all, index, found, messages, documents } = await setup()
  await importFiles({ 'a.md': 'alpha', 'b.md': 'beta', 'c.md': 'gamma' })
  await handleAll()
  expect(await reindexing.status()).toMatchObject({ state: 'idle', total: 0, startedAtMs: null })
  expect(await reindexing.ask('ada')).toMatchObject({ state: 'running', startedBy: 'ada' })
  const [message] = messages('search-operations').filter(({ name }) => name === 'reindex')
  expect(message).toMatchObject({ priority: 'low' })
  // Asked again while it runs: nothing more is sent.
  await reindexing.ask('bob')
  expect(messages('search-operations').filter(({ name }) => name === 'reindex').length).toBe(1)

  // Another process had begun, and made one of them.
  const edition = (await reindexing.edition()) as string
  index.beginEdition(edition)
  const alpha = await documents.get(documentIdOf('a.md'))
  index.put([alpha as NonNullable<typeof alpha>])
  expect([found('alpha'), found('beta'), index.nextSize]).toEqual([['a.md'], ['b.md'], 1])
  // What is written meanwhile is in both.
  await importFiles({ 'd.md': 'delta' })
  const ofDelta = (queue: string) => messages(queue).filter(({ id }) => id.includes(documentIdOf('d.md')))
  for (const one of ofDelta('document-operations')) await storeVersion(all, one)
  for (const one of ofDelta('search-operations')) await indexVersion(all, one)
  expect([found('delta'), index.nextSize]).toEqual([['d.md'], 2])

  await indexVersion(all, message as Message)
  expect([found('alpha'), found('beta'), found('gamma'), found('delta')]).toEqual([['a.md'], ['b.md'], ['c.md'], ['d.md']])
  expect(await reindexing.status()).toMatchObject({ state: 'idle', done: 4, total: 4, startedBy: 'ada', finishedAtMs: expect.any(Number) })
  expect(index.edition).toBe(edition)
  expect((await reindexing.ask('bob')).startedBy).toBe('bob')
})

test('readers and edits of a document are counted by day, a message once', async () => {
  const { importFiles, handleAll, rooms: all, documentActivity } = await setup()
  await importFiles({ 'a.md': 'one' })
  await handleAll()
  await importFiles({ 'a.md': 'two' })
  await handleAll()
  const id = documentIdOf('a.md')
  const used = (message: string, readers: string[]) =>
    messageOf(message, {
      queue: '',
      payload: { kind: 'used', views: { [id]: readers.length }, searches: {}, readers: { [id]: readers } },
      options: {},
    })
  await countActivity(all, [used('u1', ['ada', 'grace']), used('u2', ['ada'])])
  await countActivity(all, [used('u1', ['ada', 'grace'])])
  const report = await documentActivity.report(id, 1_000)
  expect(report).toMatchObject({ readers: 2, edits: 2, editors: [{ name: 'bob', edits: 2 }] })
  expect(report.days.length).toBe(30)
  expect(report.days.at(-1)).toEqual({ day: '1970-01-01', readers: 2, edits: 2 })
  expect((await all.trends.report(1_000)).totals.views).toBe(3)
})

test('people are known by name once they wrote or were mentioned', async () => {
  const { importFiles, handleAll, people } = await setup()
  await importFiles({ 'a.md': '@Grace and @george' })
  await handleAll()
  expect((await people.find('', { limit: 9 })).toSorted()).toEqual(['bob', 'george', 'grace'])
  expect((await people.find('G', { limit: 1 })).length).toBe(1)
  expect(await people.find('gr', { limit: 9 })).toEqual(['grace'])
})

test('the rest of an import goes on when files are bad, and each is listed with its reason', async () => {
  const { importFiles, handleAll, service } = await setup()
  const id = await importFiles({
    'good.md': 'fine',
    'binary.md': new Uint8Array([1, 0, 2]),
    'latin.md': new Uint8Array([0xe9, 0x20]),
    'empty.md': '',
    'huge.md': new Uint8Array(1_048_577).fill(97),
    '../out.md': 'x',
    '/etc/passwd.md': 'x',
    'C:\\x.md': 'x',
    '..\\up.md': 'x',
    'tab\there.md': 'x',
    './good.md': 'another of the same name',
    'image.png': 'x',
    '': 'x',
    'also good.markdown': 'fine too',
  })
  await handleAll()
  const progress = await service.progress(id)
  expect(progress.counts).toMatchObject({ received: 14, accepted: 2, skipped: 12, stored: 2, indexed: 2 })
  expect(Object.fromEntries(progress.skipped.map(({ path, reason }) => [path, reason]))).toEqual({
    'binary.md': 'not-text',
    'latin.md': 'not-text',
    'empty.md': 'empty',
    'huge.md': 'too-large',
    '../out.md': 'bad-path',
    '/etc/passwd.md': 'bad-path',
    'C:\\x.md': 'bad-path',
    '..\\up.md': 'bad-path',
    'tab\there.md': 'bad-path',
    './good.md': 'duplicate',
    'image.png': 'not-markdown',
    '(no name 1)': 'bad-path',
  })
})

test('the same text again is unchanged: done at once, without messages', async () => {
  const { importFiles, handleAll, sent, service } = await setup()
  await importFiles({ 'a.md': 'same' })
  await handleAll()
  const before = sent.size
  const id = await importFiles({ 'a.md': 'same' })
  expect(sent.size).toBe(before)
  expect(await service.progress(id)).toMatchObject({ state: 'done', counts: { accepted: 1, stored: 1, unchanged: 1, indexed: 1 } })
})

test('the same text again is found even where the search files never learnt of it', async () => {
  const { importFiles, messages, rooms: all, search, found } = await setup()
  await importFiles({ 'a.md': 'same' })
  await storeVersion(all, messages('document-operations')[0] as Message)
  await importFiles({ 'a.md': 'same' })
  await search.catchUp()
  expect(found('same')).toEqual(['a.md'])
})

test('an upload that broke off and is sent again under its id doubles nothing', async () => {
  const { importFiles, handleAll, sent, service } = await setup()
  const files = { 'a.md': 'one', 'b.md': 'two' }
  await importFiles({ 'a.md': 'one' }, 'mine')
  await importFiles(files, 'mine')
  expect(sent.size).toBe(2)
  await handleAll()
  expect(await service.progress('mine')).toMatchObject({ state: 'done', counts: { received: 2, stored: 2 } })
})

test('a cancelled import drops what waits and keeps what was stored, and the same files can be imported again', async () => {
  const { importFiles, handleAll, messages, rooms: all, service, documents } = await setup()
  const files = { 'a.md': 'one @ada', 'b.md': 'two' }
  const id = await importFiles(files)
  await storeVersion(all, messages('document-operations')[0] as Message)
  expect((await service.cancel(id)).state).toBe('cancelled')
  await handleAll()
  expect(await service.progress(id)).toMatchObject({ state: 'cancelled', counts: { stored: 1, cancelled: 1 } })
  expect(await documents.get(documentIdOf('b.md'))).toBeUndefined()
  await expect(importFiles(files, id)).rejects.toMatchObject({ code: 'IMPORT_CANCELLED' })
  const again = await importFiles(files)
  await handleAll()
  expect(await service.progress(again)).toMatchObject({ state: 'done', counts: { accepted: 2, stored: 2, indexed: 2 } })
})

test('a file whose message was given up by a crash, or removed, has failed with the reason, and the import is over', async () => {
  const { importFiles, messages, rooms: all, service, states } = await setup()
  const files = { 'ok.md': 'one', 'killed.md': 'two', 'purged.md': 'three', 'unfound.md': 'four', 'halfway.md': 'five' }
  const id = await importFiles(files)
  const of = (queue: string, path: string) => messages(queue).find((message) => message.id.includes(documentIdOf(path))) as Message
  for (const path of ['ok.md', 'unfound.md']) {
    await storeVersion(all, of('document-operations', path))
    states.set(of('document-operations', path).id, { state: 'completed', reason: null })
  }
  await indexVersion(all, of('search-operations', 'ok.md'))
  const reason = 'it ran alone and its worker crashed, twice'
  states.set(of('document-operations', 'killed.md').id, { state: 'dead', reason })
  states.set(of('document-operations', 'purged.md').id, undefined)
  states.set(of('search-operations', 'unfound.md').id, { state: 'dead', reason })
  // A worker died between storing it and sending what follows: the message that stored it is still there.
  await storeVersion(all, of('document-operations', 'halfway.md'))
  states.set(of('search-operations', 'halfway.md').id, undefined)
  expect(await service.progress(id)).toMatchObject({ state: 'processing', counts: { failed: 0 } })
  // Nothing moves.
  vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 6_000 })
  const over = await service.progress(id)
  expect(over).toMatchObject({ state: 'processing', counts: { accepted: 5, indexed: 1, failed: 3 } })
  states.set(of('document-operations', 'halfway.md').id, { state: 'completed', reason: null })
  expect(over.failed.toSorted((a, b) => (a.path < b.path ? -1 : 1))).toEqual([
    { path: 'killed.md', reason },
    { path: 'purged.md', reason: 'its message is gone; import it again' },
    { path: 'unfound.md', reason },
  ])
  vi.setSystemTime(Date.now() + 6_000)
  expect(await service.progress(id)).toMatchObject({ state: 'done', counts: { failed: 4 } })

  // Sent again, they have another try.
  await importFiles(files, id)
  expect(await service.progress(id)).toMatchObject({ state: 'processing', failed: [], counts: { failed: 0 } })
  for (const message of messages('document-operations')) await storeVersion(all, message)
  for (const message of messages('search-operations')) await indexVersion(all, message)
  expect(await service.progress(id)).toMatchObject({ state: 'done', failed: [], counts: { accepted: 5, indexed: 5, failed: 0 } })
})

test('messages that wait, however long, are no failure', async () => {
  const { importFiles, service } = await setup()
  const id = await importFiles({ 'a.md': 'one' })
  vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 86_400_000 })
  expect(await service.progress(id)).toMatchObject({ state: 'processing', counts: { failed: 0 } })
})

test('an import whose upload broke off, or whose server died, says so once the rest is done, and is made whole by sending it again', async () => {
  const { service, handleAll, importFiles } = await setup()
  const files = { 'a.md': 'one', 'b.md': 'two' }
  const upload = await service.begin('bob', 'broken')
  await upload.accept('a.md', Buffer.from('one'))
  expect((await service.progress('broken')).state).toBe('receiving')
  // The server dies here: nobody says that it ended.
  vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 31_000 })
  expect((await service.progress('broken')).state).toBe('processing')
  await handleAll()
  expect(await service.progress('broken')).toMatchObject({
    state: 'interrupted',
    counts: { accepted: 1, indexed: 1 },
    finishedAtMs: expect.any(Number),
  })
  await importFiles(files, 'broken')
  await handleAll()
  expect(await service.progress('broken')).toMatchObject({ state: 'done', counts: { accepted: 2, indexed: 2 } })
})

test('an import nobody started is not found', async () => {
  const { service } = await setup()
  await expect(service.progress('none')).rejects.toMatchObject({ code: 'IMPORT_NOT_FOUND' })
  await expect(service.cancel('none')).rejects.toMatchObject({ code: 'IMPORT_NOT_FOUND' })
})

test('a payload that cannot be read is buried with the reason, whatever it is', async () => {
  const { rooms: all } = await setup()
  const payloads = [
    null,
    1,
    'text',
    [],
    {},
    { documentId: 7 },
    { documentId: 'a', version: 0.5 },
    { kind: 'stored', words: -1 },
    { kind: 'used', views: { a: 'x' } },
  ]
  for (const payload of payloads) {
    const message = messageOf('m', { queue: '', payload, options: {} })
    await expect(storeVersion(all, message)).rejects.toBeInstanceOf(Bury)
    await expect(indexVersion(all, message)).rejects.toBeInstanceOf(Bury)
    await expect(notify(all, message)).rejects.toBeInstanceOf(Bury)
    const [outcome] = await countActivity(all, [message])
    expect(outcome).toBeInstanceOf(Bury)
  }
  const readable = messageOf('m2', { queue: '', payload: { kind: 'used', views: { a: 2 }, searches: {} }, options: {} })
  const unreadable = messageOf('m3', { queue: '', payload: { kind: 'other' }, options: {} })
  expect(await countActivity(all, [unreadable, readable])).toEqual([expect.any(Bury), undefined])
  expect((await all.trends.report(1_000)).totals.views).toBe(2)
})

test('a version that was never staged, and a document that is not stored, are buried', async () => {
  const { rooms: all } = await setup()
  const message = messageOf('m', { queue: '', payload: { documentId: 'a', version: 1, importId: null }, options: {} })
  await expect(storeVersion(all, message)).rejects.toThrow('was never staged, or was discarded')
  await expect(indexVersion(all, message)).rejects.toThrow('is not stored')
})
