import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { connectEmbedded } from 'millrace'
import { Inbox } from './inbox.ts'
import type { Notice } from './inbox.ts'

const folder = mkdtempSync(join(tmpdir(), 'millrace inbox '))
const connection = await connectEmbedded(folder)
afterAll(async () => {
  await connection.close()
  rmSync(folder, { recursive: true, force: true })
})
let rooms = 0

function setup() {
  const inbox = new Inbox(connection.keyValue(`inbox-${(rooms += 1)}`))
  const notice = (id: string, createdAtMs = 1): Notice => ({
    id,
    kind: 'mention',
    urgent: false,
    documentId: 'd',
    version: 1,
    title: 'Plan',
    excerpt: 'ask @ada',
    by: 'bob',
    createdAtMs,
  })
  return { inbox, notice }
}

test('a message delivered twice makes one item, and an item that was read stays read', async () => {
  const { inbox, notice } = setup()
  expect(await inbox.deliver('ada', notice('m1'))).toBe('delivered')
  expect(await inbox.deliver('ada', notice('m1'))).toBe('already')
  expect(await inbox.list('ada', { limit: 10 })).toMatchObject({ unread: 1, total: 1, items: [{ id: 'm1', read: false }] })
  expect(await inbox.markRead('ada', ['m1', 'other'])).toBe(1)
  expect(await inbox.deliver('ada', notice('m1'))).toBe('already')
  expect(await inbox.list('ada', { limit: 10 })).toMatchObject({ unread: 0, total: 1, items: [{ id: 'm1', read: true }] })
})

test('items are listed newest first, for each person their own, however the name is written', async () => {
  const { inbox, notice } = setup()
  await inbox.deliver('Ada', notice('m1', 1))
  await inbox.deliver('ada', notice('m2', 2))
  await inbox.deliver('bob', notice('m3', 3))
  expect((await inbox.list('ADA', { limit: 10 })).items.map(({ id }) => id)).toEqual(['m2', 'm1'])
  expect((await inbox.list('ada', { limit: 1 })).items.map(({ id }) => id)).toEqual(['m2'])
  expect(await inbox.list('grace', { limit: 10 })).toEqual({ items: [], unread: 0, total: 0 })
})

test('the oldest items leave when there are too many', async () => {
  const { inbox, notice } = setup()
  for (let round = 0; round < 11; round += 1) {
    await Promise.all(
      Array.from({ length: 100 }, (_, number) => inbox.deliver('ada', notice(`m${round * 100 + number}`, round * 100 + number))),
    )
  }
  const { items, unread, total } = await inbox.list('ada', { limit: 2_000 })
  expect([items.length, unread, total, items[0]?.id, items.at(-1)?.id]).toEqual([1_000, 1_000, 1_000, 'm1099', 'm100'])
})
