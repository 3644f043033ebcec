import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test, vi } from 'vitest'
import type { Message } from 'millrace'
import { storeVersion } from '../handlers/document-operations.ts'
import { stageOn, stores } from '../handlers/handlers.test.setup.ts'
import { indexVersion } from '../handlers/search-operations.ts'
import { importOwnDocuments } from '../own-documents.ts'
import { documentIdOf } from './import-service.ts'

describe.each(stores)('imports on %s', (kind) => {
  const { setup, folder } = stageOn(kind)

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

  test('the own documents come once, and again where they changed and nobody wrote in them or deleted them', async () => {
    const { service, documents, handleAll, importFiles, keyValue } = await setup()
    const root = join(folder, 'own')
    mkdirSync(join(root, 'docs'), { recursive: true })
    const write = (name: string, text: string) => writeFileSync(join(root, name), text)
    const start = async () => {
      await importOwnDocuments({ imports: service, documents, keyValue, log: { debug() {}, info() {}, warn() {}, error() {} } }, root)
      await handleAll()
      const { documents: listed } = await documents.list({ offset: 0, limit: 9 })
      return listed.map(({ path, version }) => `${path} ${version}`).toSorted()
    }
    expect(await start()).toEqual([])
    write('README.md', 'one')
    write('docs/a.md', 'one')
    write('docs/b.md', 'one')
    write('package.json', 'not this')
    expect(await start()).toEqual(['millrace/README.md 1', 'millrace/docs/a.md 1', 'millrace/docs/b.md 1'])
    await importFiles({ 'millrace/docs/b.md': 'bob wrote here' })
    await handleAll()
    for (const name of ['README.md', 'docs/b.md', 'docs/new.md']) write(name, 'two')
    expect(await start()).toEqual(['millrace/README.md 2', 'millrace/docs/a.md 1', 'millrace/docs/b.md 2', 'millrace/docs/new.md 1'])
    expect((await documents.get(documentIdOf('millrace/docs/b.md')))?.text).toBe('bob wrote here')
    expect((await start()).length).toBe(4)
  })

  test('an import nobody started is not found', async () => {
    const { service } = await setup()
    await expect(service.progress('none')).rejects.toMatchObject({ code: 'IMPORT_NOT_FOUND' })
    await expect(service.cancel('none')).rejects.toMatchObject({ code: 'IMPORT_NOT_FOUND' })
  })
})
