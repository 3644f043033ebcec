import { describeStore } from '../../testing/describe-store.ts'
import { harnessOn } from '../../testing/contract/harness-on.ts'
import { redisPlace } from './redis-place.test.server.ts'

describeStore('the Redis store', async () => harnessOn(await redisPlace()))
