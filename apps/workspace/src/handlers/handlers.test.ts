import { describe, expect, test } from 'vitest'
import { Bury } from 'millrace'
import type { Message } from 'millrace'
import { documentIdOf } from '../imports/import-service.ts'
import { countActivity } from './analytics.ts'
import { storeVersion } from './document-operations.ts'
import { messageOf, stageOn, stores } from './handlers.test.setup.ts'
import { notify } from './notifications.ts'
import { indexVersion } from './search-operations.ts'

describe.each(stores)('the handlers on %s', (kind) => {
  const { setup } = stageOn(kind)

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
    const { importFiles, handleAll, inbox, watches, messages } = await setup()
    const id = documentIdOf('a.md')
    await importFiles({ 'a.md': 'one' })
    await handleAll()
    for (const name of ['Ada', 'grace', 'bob']) await watches.watch(id, name)
    await importFiles({ 'a.md': 'one\ntwo @grace' })
    await handleAll()
    const item = { id: `watch:${id}`, kind: 'watch', title: 'a.md', by: 'bob', excerpt: 'two @grace', urgent: false, read: false }
    expect(await inbox.list('ada', { limit: 9 })).toMatchObject({ unread: 1, total: 1, items: [item] })
    expect(
      messages('notifications')
        .map(({ name, priority }) => `${name} ${priority}`)
        .toSorted(),
    ).toEqual(['mention high', 'watch normal'])
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
    expect(await reindexing.status()).toMatchObject({
      state: 'idle',
      done: 4,
      total: 4,
      startedBy: 'ada',
      finishedAtMs: expect.any(Number),
    })
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

  test('a version that several people wrote is an edit of each of them, and no news to any', async () => {
    const { documents, outbox, handleAll, watches, inbox, people, documentActivity, importFiles } = await setup()
    const documentId = documentIdOf('a.md')
    await importFiles({ 'a.md': 'one' })
    await handleAll()
    for (const name of ['ada', 'grace', 'vera']) await watches.watch(documentId, name)
    const draft = { documentId, title: 'a.md', path: 'a.md', text: 'two', author: 'Ada, grace', importId: null }
    await outbox.storeVersion({ documentId, version: (await documents.stage(draft)).version, importId: null })
    await handleAll()
    const unread = await Promise.all(['ada', 'grace', 'vera'].map((name) => inbox.unreadCount(name)))
    expect(unread).toEqual([0, 0, 1])
    expect((await people.find('', { limit: 9 })).toSorted()).toEqual(['ada', 'bob', 'grace'])
    expect(await documentActivity.report(documentId, 1_000)).toMatchObject({
      edits: 2,
      editors: [
        { name: 'Ada', edits: 1 },
        { name: 'bob', edits: 1 },
        { name: 'grace', edits: 1 },
      ],
    })
  })

  test('people are known by name once they wrote or were mentioned', async () => {
    const { importFiles, handleAll, people } = await setup()
    await importFiles({ 'a.md': '@Grace and @george' })
    await handleAll()
    expect((await people.find('', { limit: 9 })).toSorted()).toEqual(['bob', 'george', 'grace'])
    expect((await people.find('G', { limit: 1 })).length).toBe(1)
    expect(await people.find('gr', { limit: 9 })).toEqual(['grace'])
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
})
