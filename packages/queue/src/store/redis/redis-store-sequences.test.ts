import { harnessOn } from '../../testing/contract/harness-on.ts'
import { describeSequences } from '../../testing/sequences/describe-sequences.ts'
import { redisPlace } from './redis-place.test.server.ts'

describeSequences('the Redis store', async () => harnessOn(await redisPlace()))
