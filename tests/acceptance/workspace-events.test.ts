import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { RedisProcess } from '@millrace/connection/testing'
import type { Client, EventOf } from '@millrace/contract'
import { Stage } from './program.ts'

const stage = new Stage()
let redis: RedisProcess
beforeAll(async () => {
  redis = await RedisProcess.start()
})
afterAll(async () => {
  await stage.close()
  await redis.close()
})

type Told = EventOf<'watchWorkspace'>

/** Reads along until the test ends. */
async function watch(client: Client) {
  const events: Told[] = []
  const stopping = new AbortController()
  const reading = (async () => {
    for await (const event of client.watchWorkspace({ signal: stopping.signal })) events.push(event)
  })().catch(() => undefined)
  const last = <Name extends Told['event']>(name: Name) =>
    events.findLast((event): event is Extract<Told, { event: Name }> => event.event === name)?.data
  await vi.waitFor(() => expect(last('documents')).toBeDefined(), 5_000)
  return {
    last,
    events,
    stop: async () => {
      stopping.abort()
      await reading
    },
  }
}

test.each(['one server on a file', 'two servers on one Redis'])(
  'what changes is told live to whom it concerns: %s',
  async (kind) => {
    const environment = kind.endsWith('Redis') ? { REDIS_URL: redis.url } : {}
    const first = await stage.server(environment)
    const second = kind.endsWith('Redis') ? await stage.server(environment) : first
    const writer = await stage.client(first.address, 'bob')
    const ada = await watch(await stage.client(second.address, 'Ada', 'viewer'))
    const grace = await watch(await stage.client(second.address, 'grace'))
    await vi.waitFor(() => expect([ada.last('inbox'), grace.last('inbox')]).toEqual([{ unread: 0 }, { unread: 0 }]))

    const before = ada.last('documents')
    await writer.createDocument({ body: { title: 'Minutes', text: 'Please look, @ada' } })
    await vi.waitFor(() => expect(ada.last('inbox')).toEqual({ unread: 1 }), 2_000)
    await vi.waitFor(() => expect(ada.last('documents')).not.toEqual(before), 5_000)
    expect(grace.last('inbox')).toEqual({ unread: 0 })

    const reader = await stage.client(first.address, 'ada', 'viewer')
    expect(await reader.readInbox({ body: {} })).toEqual({ unread: 0 })
    await vi.waitFor(() => expect(ada.last('inbox')).toEqual({ unread: 0 }), 2_000)

    const form = new FormData()
    for (let file = 0; file < 40; file += 1) form.append('files', new Blob([`words ${file}`]), `${file}.md`)
    const { id } = await writer.startImport({ body: form })
    await vi.waitFor(() => expect(grace.last('import')).toMatchObject({ id, state: 'done', counts: { accepted: 40, indexed: 40 } }), 10_000)
    expect(ada.last('import')).toBeUndefined()
    expect((await reader.listPeople({ query: { q: 'gra' } })).people).toEqual([{ name: 'grace' }])
    await Promise.all([ada.stop(), grace.stop()])
  },
  60_000,
)

test('a document is watched by whom wants to, and listed by title and folder', async () => {
  const { address } = await stage.server({})
  const bob = await stage.client(address, 'bob')
  const ada = await stage.client(address, 'ada', 'viewer')
  const form = new FormData()
  for (const [path, text] of [
    ['notes/b.md', '# Beta'],
    ['notes/a.md', '# Alpha'],
    ['other/c.md', '# Gamma'],
  ] as const)
    form.append('files', new Blob([text]), path)
  await bob.startImport({ body: form })
  const listed = async () => (await ada.listDocuments({ query: { order: 'title', folder: 'notes' } })).documents
  await vi.waitFor(async () => expect((await listed()).map(({ title }) => title)).toEqual(['Alpha', 'Beta']), 10_000)
  const [alpha] = await listed()
  const params = { id: alpha?.id ?? '' }
  expect((await ada.getDocument({ params })).watching).toBe(false)
  expect(await ada.watchDocument({ params })).toEqual({ ...params, watching: true })
  expect((await ada.getDocument({ params })).watching).toBe(true)
  await expect(ada.watchDocument({ params: { id: 'none' } })).rejects.toMatchObject({ code: 'DOCUMENT_NOT_FOUND' })

  const again = new FormData()
  again.append('files', new Blob(['# Alpha\n\nnew line']), 'notes/a.md')
  await bob.startImport({ body: again })
  await vi.waitFor(
    async () =>
      expect((await ada.getInbox()).items).toMatchObject([{ kind: 'watch', documentId: params.id, excerpt: 'new line', from: 'bob' }]),
    10_000,
  )
  expect(await ada.unwatchDocument({ params })).toEqual({ ...params, watching: false })
  expect((await ada.suggest({ query: { q: 'alp' } })).titles).toMatchObject([{ id: params.id, title: 'Alpha' }])
}, 60_000)
