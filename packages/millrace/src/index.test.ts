import { expect, it } from 'vitest'
import * as millrace from './index.ts'

it('the public names are these: a change must be meant, and told in the changelog', () => {
  expect(Object.keys(millrace).toSorted()).toEqual([
    'Bury',
    'CacheService',
    'DatabaseError',
    'MessageQueueService',
    'MillraceError',
    'PerformanceMonitoringService',
    'Queue',
    'Retry',
    'Worker',
    'auditQueue',
    'auditSchedules',
    'connect',
    'connectEmbedded',
    'connectionErrors',
    'defaultQueues',
    'defineProcedure',
    'defineScript',
    'exportFormats',
    'isMillraceError',
    'levels',
    'monitorErrors',
    'openDatabase',
    'queueErrors',
    'queueNames',
    'ranges',
    'views',
  ])
})
