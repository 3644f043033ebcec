import { textOf } from '@millrace/collaboration'
import { RedisProcess } from '@millrace/connection/testing'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { eventually, isLive, isSaved, startBed, until, written } from './bed.test.setup.ts'
import type { Bed } from './bed.test.setup.ts'

describe.each(['a file', 'Redis'])('a room on %s', (store) => {
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
  const document = async (text: string) => (await (await bed.api('ada')).createDocument({ body: { title: 'Plan', text } })).id

  test('begins with the text of the document, and what one types the other sees', async () => {
    const id = await document('One line.\r\n')
    const ada = await bed.join(id, 'ada')
    const bob = await bed.join(id, 'bob')
    await Promise.all([until(ada, isLive), until(bob, isLive)])
    expect([written(ada), written(bob)]).toEqual(['One line.\n', 'One line.\n'])
    textOf(ada.doc).insert(0, 'Ada: ')
    await until(bob, (client) => written(client) === 'Ada: One line.\n')
    textOf(bob.doc).insert(written(bob).length, 'Bob was here.')
    await until(ada, (client) => written(client).endsWith('here.'))
    await Promise.all([until(ada, isSaved), until(bob, isSaved)])
    expect(written(ada)).toBe('Ada: One line.\nBob was here.')
    expect(ada.status).toMatchObject({ mayWrite: true, name: 'ada', refusal: null })
  })

  test('shows who is there under the name of their token, until they leave', async () => {
    const id = await document('text')
    const ada = await bed.join(id, 'ada')
    const bob = await bed.join(id, 'bob')
    await Promise.all([until(ada, isLive), until(bob, isLive)])
    bob.awareness.setLocalState({ user: { name: 'ada', color: '#123' }, cursor: 3 })
    const seen = () => ada.awareness.getStates().get(bob.awareness.clientID)
    await eventually(() => expect(seen()).toEqual({ user: { name: 'bob', color: '#123' }, cursor: 3 }))
    bob.close()
    await eventually(() => expect(seen()).toBeUndefined())
  })

  test('a viewer reads along and writes nothing', async () => {
    const id = await document('text')
    const ada = await bed.join(id, 'ada')
    const vera = await bed.join(id, 'vera', { role: 'viewer' })
    await Promise.all([until(ada, isLive), until(vera, isLive)])
    expect(vera.status.mayWrite).toBe(false)
    textOf(vera.doc).insert(0, 'mine: ')
    textOf(ada.doc).insert(0, 'hers: ')
    await until(vera, (client) => written(client).includes('hers: '))
    expect(written(ada)).toBe('hers: text')
    expect(vera.status.unsaved).toBe(1)
  })
})
