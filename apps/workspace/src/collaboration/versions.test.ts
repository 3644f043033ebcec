import { textOf } from '@millrace/collaboration'
import { RedisProcess } from '@millrace/connection/testing'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { documentIdOf } from '../imports/import-service.ts'
import { eventually, isLive, isSaved, startBed, until, written } from './bed.test.setup.ts'
import type { Bed } from './bed.test.setup.ts'

describe.each(['a file', 'Redis'])('versions of what is written together on %s', (store) => {
  let bed: Bed
  let redis: RedisProcess | undefined
  beforeAll(async () => {
    redis = store === 'Redis' ? await RedisProcess.start() : undefined
    bed = await startBed(redis && { url: redis.url })
  })
  afterAll(async () => {
    await bed.close()
    await redis?.close()
  })
  const make = async (text: string, title = 'Plan') => (await (await bed.api('ada')).createDocument({ body: { title, text } })).id
  const versionsOf = async (id: string) => (await (await bed.api('vera', 'viewer')).listVersions({ params: { id } })).versions
  const textAt = async (id: string) => (await bed.workspace.documents.get(id))?.text
  const importFile = async (path: string, text: string) => {
    const upload = await bed.workspace.imports.begin('bob')
    await upload.accept(path, Buffer.from(text))
    await upload.end({ isWhole: true })
    return documentIdOf(path)
  }

  test('what was written becomes a version by all who wrote it, as soon as the last one left', async () => {
    const id = await make('one')
    const [ada, bob] = [await bed.join(id, 'ada'), await bed.join(id, 'bob')]
    await Promise.all([until(ada, isLive), until(bob, isLive)])
    textOf(ada.doc).insert(3, ' two')
    await until(ada, isSaved)
    textOf(bob.doc).insert(0, 'zero ')
    await until(bob, isSaved)
    ada.close()
    bob.close()
    await eventually(async () => expect(await textAt(id)).toBe('zero one two'))
    await eventually(async () =>
      expect((await versionsOf(id)).map(({ version, author }) => [version, author?.split(', ').toSorted().join()])).toEqual([
        [2, 'ada,bob'],
        [1, 'ada'],
      ]),
    )
  })

  test('a snapshot makes no version of what is in one, folds the log, and repeating it changes nothing', async () => {
    const id = await make('# One\n\ntext', 'One')
    const ada = await bed.join(id, 'ada')
    await until(ada, isLive)
    for (const letter of 'abcdef') {
      textOf(ada.doc).insert(0, letter)
      await until(ada, isSaved)
    }
    const { snapshots, updates } = bed.workspace
    expect((await updates.read(id))?.entries.length).toBeGreaterThan(1)
    expect(await snapshots.take(id)).toBe(2)
    const folded = await updates.read(id)
    expect([folded?.first.length, folded?.entries.length, folded?.entries[0]?.editors]).toEqual([0, 1, []])
    await Promise.all([snapshots.take(id), snapshots.take(id), snapshots.take(id)])
    expect((await versionsOf(id)).map(({ version }) => version)).toEqual([2, 1])
    expect((await updates.read(id))?.entries).toEqual(folded?.entries)
    textOf(ada.doc).insert(0, 'still here ')
    await until(ada, isSaved)
    const late = await bed.join(id, 'bob')
    await until(late, (client) => written(client) === 'still here fedcba# One\n\ntext')
  })

  test('a snapshot that fails on its way is made by the next try, once, and one that was never asked for is found', async () => {
    const id = await make('text')
    const ada = await bed.join(id, 'ada')
    await until(ada, isLive)
    textOf(ada.doc).insert(0, 'saved ')
    await until(ada, isSaved)
    const { snapshots, documents, texts } = bed.workspace
    for (const [room, step] of [
      [documents, 'stage'],
      [texts, 'markOwn'],
      [documents, 'putVersion'],
      [texts, 'fold'],
    ] as const) {
      vi.spyOn(room as typeof texts, step as 'fold').mockRejectedValueOnce(new Error(step))
      await expect(snapshots.take(id)).rejects.toThrow(step)
    }
    // What was asked for by a process that was killed is overdue after a minute.
    await snapshots.sweep(Date.now() + 61_000)
    await eventually(async () => expect((await versionsOf(id)).map(({ author }) => author)).toEqual(['ada', 'ada']))
    expect(await textAt(id)).toBe('saved text')
    await eventually(async () => expect((await bed.workspace.updates.read(id))?.entries.map(({ editors }) => editors)).toEqual([[]]))
    ada.close()
  })

  test('a title that was read from the text follows it, one that somebody gave stays', async () => {
    const derived = await make('# Draft\n', 'Draft')
    const given = await make('text', 'Given')
    for (const [id, title] of [
      [derived, 'Final'],
      [given, 'Given'],
    ] as const) {
      const ada = await bed.join(id, 'ada')
      await until(ada, isLive)
      textOf(ada.doc).delete(0, written(ada).length)
      textOf(ada.doc).insert(0, '# Final\n')
      await until(ada, isSaved)
      await bed.workspace.snapshots.take(id)
      expect(await bed.workspace.documents.get(id)).toMatchObject({ title, text: '# Final\n' })
      ada.close()
    }
  })

  test('an import becomes the smallest edit of what is open, and what was written before stays a version', async () => {
    const lines = 'first\nsecond\nthird\n'
    const path = `notes/${store}.md`
    const id = await importFile(path, lines)
    await eventually(async () => expect(await textAt(id)).toBe(lines))
    const ada = await bed.join(id, 'ada')
    await until(ada, isLive)
    textOf(ada.doc).insert(0, 'Ada wrote this\n')
    await until(ada, isSaved)
    const touched: string[] = []
    textOf(ada.doc).observe(({ delta }) => touched.push(JSON.stringify(delta)))
    await importFile(path, 'first\nsecond, mended\nthird\n')
    await until(ada, (client) => written(client) === 'first\nsecond, mended\nthird\n')
    expect(touched).toEqual([JSON.stringify([{ delete: 15 }, { retain: 12 }, { insert: ', mended' }])])
    expect((await versionsOf(id)).map(({ version, author }) => `${version} ${author}`)).toEqual(['3 bob', '2 ada', '1 bob'])
    const { text } = await (await bed.api('vera', 'viewer')).getVersion({ params: { id, version: 2 } })
    expect(text).toBe(`Ada wrote this\n${lines}`)
  })

  test('a version that is followed twice, or by two at once, is in the text once', async () => {
    const id = await make('a\n')
    const ada = await bed.join(id, 'ada')
    await until(ada, isLive)
    const { documents, texts } = bed.workspace
    const { version } = await documents.stage({ documentId: id, title: 'Plan', path: null, text: 'a\nb\n', author: 'bob', importId: null })
    await documents.putVersion(id, version)
    await Promise.all([texts.follow(id, version), texts.follow(id, version)])
    await texts.follow(id, version)
    await until(ada, (client) => written(client) === 'a\nb\n')
    textOf(ada.doc).insert(0, '!')
    await until(ada, isSaved)
    await texts.follow(id, version)
    expect(await texts.newest(id)).toBe('!a\nb\n')
  })

  test('a version is restored as a new one, and open editors follow', async () => {
    const id = await make('old text')
    const ada = await bed.join(id, 'ada')
    await until(ada, isLive)
    textOf(ada.doc).insert(8, ' and new')
    await until(ada, isSaved)
    const operator = await bed.api('otto')
    const restored = await operator.restoreVersion({ params: { id, version: 1 } })
    expect(restored).toEqual({ id, version: 3 })
    await until(ada, (client) => written(client) === 'old text')
    await eventually(async () =>
      expect((await versionsOf(id)).map(({ version, author }) => `${version} ${author}`)).toEqual(['3 otto', '2 ada', '1 ada']),
    )
    expect(await operator.restoreVersion({ params: { id, version: 1 } })).toEqual({ id, version: 3 })
    await expect(operator.restoreVersion({ params: { id, version: 9 } })).rejects.toMatchObject({ status: 404, code: 'VERSION_NOT_FOUND' })
    await expect(operator.getVersion({ params: { id: 'none', version: 1 } })).rejects.toMatchObject({ code: 'DOCUMENT_NOT_FOUND' })
    await expect((await bed.api('vera', 'viewer')).restoreVersion({ params: { id, version: 1 } })).rejects.toMatchObject({ status: 403 })
  })

  test('a document that is deleted while others write tells them so, and is gone', async () => {
    const id = await make('text')
    const [ada, bob] = [await bed.join(id, 'ada'), await bed.join(id, 'bob')]
    await Promise.all([until(ada, isLive), until(bob, isLive)])
    await (await bed.api('otto')).deleteDocument({ params: { id } })
    textOf(ada.doc).insert(0, 'too late ')
    for (const client of [ada, bob]) {
      await until(client, ({ status }) => status.state === 'refused')
      expect(client.status.refusal).toMatchObject({
        code: 'DOCUMENT_DELETED',
        sentence: expect.stringMatching(/^otto deleted/),
        retry: 'never',
      })
    }
    const api = await bed.api('ada')
    await expect(api.getDocument({ params: { id } })).rejects.toMatchObject({ status: 404 })
    await expect(api.deleteDocument({ params: { id } })).rejects.toMatchObject({ status: 404 })
    await expect(api.exportDocument({ params: { id } })).rejects.toMatchObject({ status: 404 })
    const late = await bed.join(id, 'carl')
    await until(late, ({ status }) => status.refusal?.code === 'DOCUMENT_NOT_FOUND')
    expect(await bed.workspace.updates.read(id)).toBeUndefined()
  })

  test('what is made anew under the id of a deleted document holds nothing of it, even from who kept it', async () => {
    const path = `again/${store}.md`
    const id = await importFile(path, 'old')
    await eventually(async () => expect(await textAt(id)).toBe('old'))
    const ada = await bed.join(id, 'ada')
    await until(ada, isLive)
    await (await bed.api('otto')).deleteDocument({ params: { id } })
    await until(ada, ({ status }) => status.state === 'refused')
    await importFile(path, 'new')
    await eventually(async () => expect(await textAt(id)).toBe('new'))
    const kept = await bed.join(id, 'ada', { doc: ada.doc })
    await until(kept, ({ status }) => status.refusal?.code === 'DOCUMENT_REPLACED')
    const fresh = await bed.join(id, 'bob')
    await until(fresh, (client) => isLive(client) && written(client) === 'new')
  })

  test('a document is exported with what is in no version yet, under a name that is safe', async () => {
    const id = await make('text', 'Über "alles"/../x\u202e')
    const ada = await bed.join(id, 'ada')
    await until(ada, isLive)
    textOf(ada.doc).insert(4, ' as it is now')
    await until(ada, isSaved)
    const headers = { authorization: `Bearer ${await bed.tokenOf('vera', 'viewer')}` }
    const answer = await fetch(`${bed.address}/api/workspace/documents/${id}/export`, { headers })
    expect([await answer.text(), answer.headers.get('content-type')]).toEqual(['text as it is now', 'text/markdown; charset=utf-8'])
    expect(answer.headers.get('content-disposition')).toBe(
      `attachment; filename="-ber -alles--..-x-.md"; filename*=UTF-8''%C3%9Cber%20-alles--..-x-.md`,
    )
  })
})
