import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { connectEmbedded } from 'millrace'
import { Trends } from './trends.ts'
import type { Activity } from './trends.ts'

const folder = mkdtempSync(join(tmpdir(), 'millrace trends '))
const connection = await connectEmbedded(folder)
afterAll(async () => {
  await connection.close()
  rmSync(folder, { recursive: true, force: true })
})
let rooms = 0
const nowMs = Date.UTC(2026, 10, 25, 12)
const dayMs = 86_400_000

function setup() {
  const trends = new Trends(connection.keyValue(`trends-${(rooms += 1)}`))
  const stored = (id: string, words = 10, atMs = nowMs): Activity => ({ id, atMs, counts: { documents: 1, words } })
  return { trends, stored }
}

test('a message counted again changes nothing', async () => {
  const { trends, stored } = setup()
  expect(await trends.count([stored('m1'), stored('m2'), stored('m2')])).toBe(2)
  expect(await trends.count([stored('m2'), stored('m3', 5)])).toBe(1)
  expect((await trends.report(nowMs)).totals).toEqual({ documents: 3, words: 25, views: 0, searches: 0, mentions: 0 })
})

test('batches counted at the same time lose nothing', async () => {
  const { trends, stored } = setup()
  const batch = (name: number) => Array.from({ length: 50 }, (_, number) => stored(`m${name}-${number}`, 1))
  await Promise.all(Array.from({ length: 8 }, (_, name) => trends.count(batch(name))))
  expect((await trends.report(nowMs)).totals).toMatchObject({ documents: 400, words: 400 })
})

test('each of the last seven days has its own counts, oldest first', async () => {
  const { trends, stored } = setup()
  await trends.count([stored('m1', 1, nowMs), stored('m2', 2, nowMs - dayMs), stored('m3', 3, nowMs - 40 * dayMs)])
  const { totals, days } = await trends.report(nowMs)
  expect(totals.words).toBe(6)
  expect(days.map(({ day, words }) => `${day} ${words}`).slice(-3)).toEqual(['2026-11-23 0', '2026-11-24 2', '2026-11-25 1'])
  expect(days.length).toBe(7)
})

test('the most viewed documents and the most frequent searches lead', async () => {
  const { trends } = setup()
  await trends.count([
    { id: 'm1', atMs: nowMs, counts: { views: 3, searches: 2 }, views: { a: 1, b: 2 }, searches: { wheel: 1, __proto__x: 1 } },
    { id: 'm2', atMs: nowMs, counts: { views: 2, searches: 1 }, views: { a: 2 }, searches: { wheel: 1 } },
  ])
  const { views, searches } = await trends.report(nowMs)
  expect(views).toEqual([
    { documentId: 'a', count: 3 },
    { documentId: 'b', count: 2 },
  ])
  expect(searches[0]).toEqual({ query: 'wheel', count: 2 })
})
