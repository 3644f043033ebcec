import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { connectEmbedded } from 'millrace'
import { Trends } from './trends.ts'
import type { Event } from './trends.ts'

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
  const event = (id: string, documentId = 'd', atMs = nowMs): Event => ({ id, activity: 'imported', documentId, atMs })
  const days = () => trends.days({ days: 7, limit: 3, nowMs })
  return { trends, event, days }
}

test('a message counted again changes nothing', async () => {
  const { trends, event, days } = setup()
  expect(await trends.count([event('m1'), event('m2'), event('m2')])).toBe(2)
  expect(await trends.count([event('m2'), event('m3')])).toBe(1)
  expect(await days()).toMatchObject([{ day: '2026-11-25', counts: { imported: 3, created: 0 } }])
})

test('batches counted at the same time lose nothing', async () => {
  const { trends, event, days } = setup()
  await Promise.all(
    Array.from({ length: 8 }, (_, batch) =>
      trends.count(Array.from({ length: 50 }, (_, number) => event(`m${batch}-${number}`, `d${number}`))),
    ),
  )
  expect(await days()).toMatchObject([{ counts: { imported: 400 }, documents: [{ count: 8 }, { count: 8 }, { count: 8 }] }])
})

test('each day has its own counts, newest first, and the most active documents lead', async () => {
  const { trends, event, days } = setup()
  await trends.count([event('m1', 'a', nowMs - dayMs), event('m2', 'a'), event('m3', 'b'), event('m4', 'b')])
  expect(await days()).toMatchObject([
    {
      day: '2026-11-25',
      documents: [
        { id: 'b', count: 2 },
        { id: 'a', count: 1 },
      ],
    },
    { day: '2026-11-24', documents: [{ id: 'a', count: 1 }] },
  ])
})
