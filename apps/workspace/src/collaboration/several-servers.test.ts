import { textOf } from '@millrace/collaboration'
import { RedisProcess } from '@millrace/connection/testing'
import type { KeyValue } from 'millrace'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { eventually, isLive, isSaved, startBed, until, written } from './bed.test.setup.ts'
import type { Bed } from './bed.test.setup.ts'
import { firstState } from './live-text.ts'

let redis: RedisProcess
let one: Bed
let other: Bed
beforeAll(async () => {
  redis = await RedisProcess.start()
  const prefix = `test-${crypto.randomUUID()}:`
  one = await startBed({ url: redis.url, prefix })
  other = await startBed({ url: redis.url, prefix })
})
afterAll(async () => {
  redis.resume()
  await one.close()
  await other.close()
  await redis.close()
})

const make = async (text: string) => (await (await one.api('ada')).createDocument({ body: { title: 'Plan', text } })).id

describe('one document on two servers of one Redis', () => {
  test('is begun once, however many open it at the same moment', async () => {
    for (let round = 0; round < 10; round += 1) {
      const id = await make('once\n')
      const made: string[] = []
      const begin = ({ workspace }: Bed) =>
        workspace.updates.begin(id, (origin) => {
          made.push(origin)
          return firstState('once\n', 1, origin)
        })
      const did = await Promise.all([one, other, one, other].map(begin))
      expect(did.filter(Boolean)).toHaveLength(1)
      expect((await other.workspace.updates.read(id))?.origin).toBe(made[did.indexOf(true)])
      const clients = await Promise.all([one, other, one, other].map((bed) => bed.join(id, 'ada')))
      await Promise.all(clients.map((client) => until(client, isLive)))
      expect(clients.map(written)).toEqual(Array.from({ length: 4 }, () => 'once\n'))
      textOf(clients[0]!.doc).insert(0, 'only ')
      await Promise.all(clients.map((client) => until(client, (each) => written(each) === 'only once\n')))
      for (const client of clients) client.close()
    }
  })

  test('shows to all what each writes, who is there, and that it was deleted', async () => {
    const id = await make('')
    const [ada, bob] = [await one.join(id, 'ada'), await other.join(id, 'bob')]
    await Promise.all([until(ada, isLive), until(bob, isLive)])
    for (let round = 0; round < 20; round += 1) {
      textOf(ada.doc).insert(0, 'a')
      textOf(bob.doc).insert(0, 'b')
    }
    await Promise.all([until(ada, isSaved), until(bob, isSaved)])
    await until(ada, (client) => written(client).length === 40)
    await until(bob, (client) => written(client) === written(ada))
    ada.awareness.setLocalState({ user: {}, cursor: 7 })
    await eventually(() => expect(bob.awareness.getStates().get(ada.awareness.clientID)).toEqual({ user: { name: 'ada' }, cursor: 7 }))
    // Who comes later learns at once who is there, also elsewhere.
    const carl = await other.join(id, 'carl')
    await eventually(() => expect(carl.awareness.getStates().has(ada.awareness.clientID)).toBe(true))
    const text = 'x'.repeat(200_000)
    textOf(ada.doc).insert(0, text)
    await until(bob, (client) => written(client).startsWith(text))
    await (await one.api('otto')).deleteDocument({ params: { id } })
    for (const client of [ada, bob, carl]) await until(client, ({ status }) => status.refusal?.code === 'DOCUMENT_DELETED')
  })

  test('is made one version of by whichever handles the message', async () => {
    const id = await make('text')
    const [ada, bob] = [await one.join(id, 'ada'), await other.join(id, 'bob')]
    await Promise.all([until(ada, isLive), until(bob, isLive)])
    textOf(ada.doc).insert(0, 'one ')
    textOf(bob.doc).insert(0, 'other ')
    await Promise.all([until(ada, isSaved), until(bob, isSaved)])
    await Promise.all([one.workspace.snapshots.take(id), other.workspace.snapshots.take(id), one.workspace.snapshots.take(id)])
    const versions = await one.workspace.documents.versions(id)
    expect(versions.map(({ version }) => version)).toEqual([2, 1])
    expect(versions[0]?.author.split(', ').toSorted()).toEqual(['ada', 'bob'])
    textOf(ada.doc).insert(0, 'more ')
    await until(bob, (client) => written(client) === written(ada))
  })

  test('goes on among those of a process while the store is silent, says saved of nothing, and saves everything when it is back', async () => {
    const id = await make('text')
    const [ada, bob, carl] = [await one.join(id, 'ada'), await one.join(id, 'bob'), await other.join(id, 'carl')]
    await Promise.all([ada, bob, carl].map((client) => until(client, isLive)))
    redis.pause()
    textOf(ada.doc).insert(0, 'while it was away ')
    await until(bob, (client) => written(client) === 'while it was away text')
    await eventually(() => expect(one.connection.connected).toBe(false))
    expect(ada.status).toMatchObject({ state: 'live', unsaved: 1 })
    textOf(bob.doc).insert(0, 'and longer ')
    await until(ada, (client) => written(client).startsWith('and longer '))
    expect(carl.status.state).toBe('live')
    expect(written(carl)).toBe('text')
    redis.resume()
    await Promise.all([until(ada, isSaved), until(bob, isSaved)])
    await until(carl, (client) => written(client) === 'and longer while it was away text')
    expect(await other.workspace.texts.newest(id)).toBe('and longer while it was away text')
  })

  test('is told of what it missed while nobody could tell it', async () => {
    const id = await make('text')
    const carl = await other.join(id, 'carl')
    await until(carl, isLive)
    const ada = await one.join(id, 'ada')
    await until(ada, isLive)
    const port = Object.getPrototypeOf(one.connection.keyValue('any')) as KeyValue
    const silenced = vi.spyOn(port, 'publish').mockResolvedValue()
    textOf(ada.doc).insert(0, 'unheard ')
    await until(ada, isSaved)
    silenced.mockRestore()
    await until(carl, (client) => written(client) === 'unheard text')
  })
})
