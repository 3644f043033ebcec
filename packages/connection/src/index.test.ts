import { expect, test } from 'vitest'
import * as connection from './index.ts'
import * as testing from './testing/index.ts'

test('the public names are these', () => {
  expect(Object.keys(connection).toSorted()).toEqual([
    'CacheService',
    'DatabaseError',
    'MillraceError',
    'afterOf',
    'awayMs',
    'connect',
    'connectEmbedded',
    'connectRedis',
    'connectionErrors',
    'defineProcedure',
    'defineScript',
    'isMillraceError',
    'openDatabase',
    'requireConnection',
    'storeRun',
    'unanswered',
  ])
  expect(Object.keys(testing).toSorted()).toEqual(['RedisProcess', 'describeKeyValue', 'freePort'])
})
