import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, test, vi } from 'vitest'
import { connect, connectEmbedded } from 'millrace'
import { RedisProcess } from '@millrace/connection/testing'
import { keptVersions } from './document-store.ts'
import { EmbeddedDocumentStore } from './embedded-document-store.ts'
import { SharedDocumentStore } from './shared-document-store.ts'
import type { DocumentStore, Draft } from './document-store.ts'

const folder = mkdtempSync(join(tmpdir(), 'millrace documents '))
const connection = await connectEmbedded(join(folder, 'shared'))
const redis = await RedisProcess.start()
const redisConnection = await connect(redis.url)
let rooms = 0
afterAll(async () => {
  await redisConnection.close()
  await redis.close()
  await connection.close()
  rmSync(folder, { recursive: true, force: true })
})

const draft = (documentId: string, text: string, more: Partial<Draft> = {}): Draft => ({
  documentId,
  title: 'Plan',
  path: 'notes/plan.md',
  text,
  author: 'ada',
  importId: null,
  ...more,
})

describeDocumentStore('in a file of its own', () => new EmbeddedDocumentStore(join(folder, `${(rooms += 1)}`, 'documents.db')))
describeDocumentStore('in Redis', () => new SharedDocumentStore(redisConnection.keyValue(`documents-${(rooms += 1)}`)))
describeDocumentStore(
  'in the key-value port of the embedded file',
  () => new SharedDocumentStore(connection.keyValue(`documents-${(rooms += 1)}`)),
)

function describeDocumentStore(name: string, make: () => DocumentStore): void {
  describe(`documents ${name}`, () => {
    test('a staged version is not visible until it is put', async () => {
      const store = make()
      expect(await store.stage(draft('a', 'one'))).toEqual({ version: 1, status: 'staged' })
      expect(await store.get('a')).toBeUndefined()
      expect(await store.versions('a')).toEqual([])
      expect(await store.list({ offset: 0, limit: 10 })).toEqual({ documents: [], total: 0 })
      expect(await store.getVersion('a', 1)).toMatchObject({ text: 'one', version: 1 })
      expect(await store.putVersion('a', 1)).toBe('stored')
      expect(await store.get('a')).toMatchObject({
        id: 'a',
        version: 1,
        title: 'Plan',
        path: 'notes/plan.md',
        text: 'one',
        textBytes: 3,
        updatedBy: 'ada',
      })
      await store.close()
    })

    test('putting a version again changes nothing', async () => {
      const store = make()
      await store.stage(draft('a', 'one'))
      await store.putVersion('a', 1)
      const before = await store.list({ offset: 0, limit: 10 })
      expect(await store.putVersion('a', 1)).toBe('already')
      expect(await store.list({ offset: 0, limit: 10 })).toEqual(before)
      await store.close()
    })

    test('an older version put later never takes the place of a newer one, and is kept', async () => {
      const store = make()
      await store.stage(draft('a', 'one'))
      await store.stage(draft('a', 'two'))
      expect(await store.putVersion('a', 2)).toBe('stored')
      expect(await store.putVersion('a', 1)).toBe('stored')
      expect(await store.get('a')).toMatchObject({ version: 2, text: 'two' })
      expect((await store.versions('a')).map(({ version }) => version)).toEqual([2, 1])
      expect(await store.getVersion('a', 1)).toMatchObject({ text: 'one' })
      await store.close()
    })

    test('a version that was never staged, or was discarded, is missing, and its number is not given again', async () => {
      const store = make()
      expect(await store.putVersion('a', 1)).toBe('missing')
      await store.stage(draft('a', 'one'))
      expect(await store.discard('a', 1)).toBe('discarded')
      expect(await store.discard('a', 1)).toBe('discarded')
      expect(await store.putVersion('a', 1)).toBe('missing')
      expect(await store.get('a')).toBeUndefined()
      expect(await store.stage(draft('a', 'one'))).toEqual({ version: 2, status: 'staged' })
      await store.close()
    })

    test('a document that was deleted is gone with all its versions, and what is made anew under its id goes on counting', async () => {
      const store = make()
      for (const text of ['one', 'two', 'three']) await store.stage(draft('a', text))
      await store.putVersion('a', 1)
      await store.putVersion('a', 2)
      await store.stage(draft('b', 'other'))
      await store.putVersion('b', 1)
      expect(await store.delete('a')).toBe(true)
      expect(await store.delete('a')).toBe(false)
      expect(await store.delete('never')).toBe(false)
      expect([await store.get('a'), await store.versions('a'), await store.getVersion('a', 1), await store.versionBefore('a', 9)]).toEqual([
        undefined,
        [],
        undefined,
        undefined,
      ])
      expect(await store.summaries(['a'])).toEqual([])
      expect((await store.list({ offset: 0, limit: 9 })).documents.map(({ id }) => id)).toEqual(['b'])
      expect(await store.putVersion('a', 3)).toBe('missing')
      expect(await store.stage(draft('a', 'two'))).toEqual({ version: 4, status: 'staged' })
      await store.putVersion('a', 4)
      expect(await store.get('a')).toMatchObject({ version: 4, text: 'two' })
      expect((await store.list({ offset: 0, limit: 9 })).total).toBe(2)
      await store.close()
    })

    test('a stored version cannot be discarded', async () => {
      const store = make()
      await store.stage(draft('a', 'one'))
      await store.putVersion('a', 1)
      expect(await store.discard('a', 1)).toBe('stored')
      expect(await store.get('a')).toMatchObject({ text: 'one' })
      await store.close()
    })

    test('what the current version says already is unchanged', async () => {
      const store = make()
      await store.stage(draft('a', 'one'))
      await store.putVersion('a', 1)
      expect(await store.stage(draft('a', 'one', { author: 'bob', importId: 'i' }))).toEqual({ version: 1, status: 'unchanged' })
      expect(await store.stage(draft('a', 'one', { title: 'Other' }))).toEqual({ version: 2, status: 'staged' })
      await store.close()
    })

    test('the same draft of the same import keeps its number, that of another import gets its own', async () => {
      const store = make()
      expect((await store.stage(draft('a', 'one', { importId: 'i' }))).version).toBe(1)
      expect((await store.stage(draft('a', 'one', { importId: 'i' }))).version).toBe(1)
      expect((await store.stage(draft('a', 'one', { importId: 'k' }))).version).toBe(2)
      expect((await store.stage(draft('a', 'two', { importId: 'k' }))).version).toBe(3)
      expect((await store.stage(draft('a', 'two'))).version).toBe(4)
      expect((await store.stage(draft('a', 'two'))).version).toBe(5)
      await store.close()
    })

    test('long texts and texts of all scripts come back whole', async () => {
      const store = make()
      const text = `# Überschrift 日本語 🙂\n${'x'.repeat(1_000_000)}`
      await store.stage(draft('a', text, { path: null }))
      await store.putVersion('a', 1)
      expect(await store.get('a')).toMatchObject({ text, path: null })
      await store.close()
    })

    test('tells which stored version came before another', async () => {
      const store = make()
      for (const text of ['one', 'two', 'three']) await store.stage(draft('a', text))
      await store.putVersion('a', 1)
      await store.putVersion('a', 3)
      expect(await store.versionBefore('a', 3)).toMatchObject({ version: 1, text: 'one' })
      expect(await store.versionBefore('a', 1)).toBeUndefined()
      await store.close()
    })

    test('lists in pages what was changed last first', async () => {
      const store = make()
      let now = 1_000
      const clock = vi.spyOn(Date, 'now').mockImplementation(() => (now += 10))
      for (const id of ['a', 'b', 'c', 'd', 'e']) {
        await store.stage(draft(id, 'one'))
        await store.putVersion(id, 1)
      }
      await store.stage(draft('b', 'two'))
      await store.putVersion('b', 2)
      clock.mockRestore()
      const pages = [
        await store.list({ offset: 0, limit: 2 }),
        await store.list({ offset: 2, limit: 2 }),
        await store.list({ offset: 4, limit: 2 }),
      ]
      expect(pages.map(({ documents }) => documents.map(({ id }) => id))).toEqual([['b', 'e'], ['d', 'c'], ['a']])
      expect(pages.map(({ total }) => total)).toEqual([5, 5, 5])
      expect(await store.list({ offset: 5, limit: 2 })).toEqual({ documents: [], total: 5 })
      await store.close()
    })

    test(`keeps the newest ${keptVersions} stored versions`, async () => {
      const store = make()
      for (let version = 1; version <= keptVersions + 3; version += 1) {
        await store.stage(draft('a', `text ${version}`))
        await store.putVersion('a', version)
      }
      const versions = await store.versions('a')
      expect([versions.length, versions[0]?.version, versions.at(-1)?.version]).toEqual([keptVersions, keptVersions + 3, 4])
      expect(await store.getVersion('a', 3)).toBeUndefined()
      await store.close()
    })

    test('a follower reads on behind its cursor and misses nothing', async () => {
      const store = make()
      const start = await store.latestChange()
      await store.announce('a')
      await store.announce('b')
      const first = await store.changesSince(start)
      expect(first?.documentIds).toEqual(['a', 'b'])
      expect(await store.latestChange()).toBe(first?.cursor)
      expect((await store.changesSince(first?.cursor ?? ''))?.documentIds).toEqual([])
      await store.announce('a')
      expect((await store.changesSince(first?.cursor ?? ''))?.documentIds).toEqual(['a'])
      await store.close()
    })

    test('announcing wakes those who listen, until they stop', async () => {
      const store = make()
      const heard = vi.fn()
      const stop = await store.onChange(heard)
      await store.announce('a')
      await vi.waitFor(() => expect(heard).toHaveBeenCalledTimes(1))
      await stop()
      await store.announce('a')
      await store.latestChange()
      expect(heard).toHaveBeenCalledTimes(1)
      await store.close()
    })

    test('keeps one identity', async () => {
      const store = make()
      const identity = await store.identity()
      expect(identity).toMatch(/^[0-9a-f-]{36}$/)
      expect(await store.identity()).toBe(identity)
      await store.close()
    })
  })
}

test('the change log of the shared store says when it no longer reaches back far enough', async () => {
  const store = new SharedDocumentStore(connection.keyValue(`documents-${(rooms += 1)}`))
  await store.announce('a')
  const cursor = await store.latestChange()
  for (let round = 0; round < 100; round += 1) await Promise.all(Array.from({ length: 100 }, () => store.announce('b')))
  expect(await store.changesSince(cursor)).toBeUndefined()
  expect(await store.changesSince('')).toBeUndefined()
  expect((await store.changesSince(await store.latestChange()))?.documentIds).toEqual([])
})

test('a file of documents is read again after its process ended', async () => {
  const file = join(folder, 'again', 'documents.db')
  const first = new EmbeddedDocumentStore(file)
  await first.stage(draft('a', 'one'))
  await first.putVersion('a', 1)
  await first.close()
  const second = new EmbeddedDocumentStore(file)
  expect(await second.get('a')).toMatchObject({ text: 'one' })
  await second.close()
})
