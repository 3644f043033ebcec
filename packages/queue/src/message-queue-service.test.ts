import { connect } from '@millrace/connection'
import { RedisProcess } from '@millrace/connection/testing'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { embeddedPlace, Seen } from './engine.test.stage.ts'
import type { EnginePlace } from './engine.test.stage.ts'
import { MessageQueueService } from './message-queue-service.ts'
import { coreOf } from './queue.ts'
import { queueNames } from './registry.ts'

describe('MessageQueueService', () => {
  let place: EnginePlace

  beforeAll(async () => {
    place = await embeddedPlace()
  })
  afterAll(() => place.close())

  it.each([
    [{ mail: { batchSize: 4 } }, /queues.mail: `batchSize` must be a whole number from 5 to 50, got 4/],
    [{ mail: { batchSize: 51 } }, /got 51/],
    [{ mail: { concurrency: 0 } }, /`concurrency`/],
    [{ mail: { maxRetries: 'x' } }, /`maxRetries`/],
    [{ mail: { batchsize: 5 } }, /queues.mail: there is no option `batchsize`; did you mean `batchSize`\?/],
    [{ 'no mail': {} }, /begins with a letter or digit, got "no mail"/],
    [{ mail: 5 }, /queues.mail: expected an object, got 5/],
    ['mail', /queues: expected an object/],
  ])('refuses the configuration %j and names what is wrong', (queues, names) => {
    expect(() => new MessageQueueService({ connection: place.connection, queues: queues as never })).toThrow(names)
  })

  it('its queues exist from the start, each handled in arrays of at most its batch size, and it refuses what it does not know', async () => {
    const service = new MessageQueueService({ connection: place.connection })
    expect(service.queueNames).toEqual(['notifications', 'document-operations', 'search-operations', 'analytics'])
    const all = await service.getAllQueueStats()
    expect(all.map((stats) => [stats.name, stats.batchSize])).toEqual([
      ['notifications', 10],
      ['document-operations', 5],
      ['search-operations', 20],
      ['analytics', 50],
    ])
    expect(await queueNames(place.connection)).toEqual([...service.queueNames].sort())

    const sizes: number[] = []
    const seen = new Seen<unknown>()
    for (let index = 0; index < 12; index += 1) await service.enqueue('document-operations', { index }, { priority: 'low' })
    expect(await service.getQueueSize('document-operations')).toEqual({
      queue: 'document-operations',
      size: 12,
      ready: 12,
      scheduled: 0,
      active: 0,
    })
    service.process('document-operations', (messages) => {
      sizes.push(messages.length)
      for (const message of messages) seen.add(message.payload)
    })
    await seen.reach(12)
    expect(Math.max(...sizes)).toBe(5)
    expect(() => service.process('document-operations', () => undefined)).toThrow(/already has a handler/)
    await service.close({ deadlineMs: 1000 })
    expect(await service.clearCompleted('document-operations')).toBe(12)

    await expect(service.enqueue('notification', {})).rejects.toThrow(/no queue "notification"; did you mean 'notifications'\?/)
    await expect(service.getQueueStats('mail')).rejects.toMatchObject({ code: 'QUEUE_NOT_FOUND' })
    expect(() => service.process('mail', () => undefined)).toThrow(/it has notifications, document-operations/)
    await expect(service.enqueue('analytics', {})).rejects.toMatchObject({ code: 'QUEUE_CLOSED' })
  })

  it('notifications are tried five times, the others three', async () => {
    const service = new MessageQueueService({ connection: place.connection })
    expect(coreOf(service.queue('notifications')).settings.maxRetries).toBe(5)
    expect(coreOf(service.queue('analytics')).settings.maxRetries).toBe(3)
    await service.close()
  })

  it('its queues exist again after the store lost what it held', async () => {
    const redis = await RedisProcess.start()
    const connection = await connect(redis.url)
    const service = new MessageQueueService({ connection, queues: { mail: { batchSize: 7 } } })
    await service.getAllQueueStats()
    await redis.kill()
    await redis.restart()
    expect(await service.getAllQueueStats()).toMatchObject([{ name: 'mail', batchSize: 7 }])
    expect(await service.getQueueSize('mail')).toMatchObject({ size: 0 })
    expect(await queueNames(connection)).toEqual(['mail'])
    await service.close()
    await connection.close()
    await redis.close()
  })

  it('refuses options it does not know', () => {
    expect(() => new MessageQueueService({ connection: place.connection, queue: {} } as never)).toThrow(/did you mean `queues`/)
  })
})
