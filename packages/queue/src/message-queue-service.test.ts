import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { embeddedPlace } from './engine.test.stage.ts'
import type { EnginePlace } from './engine.test.stage.ts'
import { MessageQueueService } from './message-queue-service.ts'

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

  it('refuses options it does not know', () => {
    expect(() => new MessageQueueService({ connection: place.connection, queue: {} } as never)).toThrow(/did you mean `queues`/)
  })
})
