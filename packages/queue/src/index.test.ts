import { expect, it } from 'vitest'
import * as queue from './index.ts'

it('the public names are these: a change must be meant, and told in the changelog', () => {
  expect(Object.keys(queue).toSorted()).toEqual([
    'Bury',
    'MessageQueueService',
    'Queue',
    'Retry',
    'Worker',
    'auditQueue',
    'auditSchedules',
    'defaultQueues',
    'levels',
    'queueErrors',
    'queueNames',
    'timeOfId',
  ])
})
