import { expect, it } from 'vitest'
import * as server from './index.ts'

it('the public names are these: a change must be meant, and told in the changelog', () => {
  expect(Object.keys(server).toSorted()).toEqual([
    'Reply',
    'SecretText',
    'createLog',
    'createServer',
    'createSignInLink',
    'createVerifier',
    'defineHandlers',
    'endOnSignal',
    'errorTable',
    'eventFrame',
    'exitCodeOf',
    'isLoopback',
    'logLevelAt',
    'maxFileBytes',
    'maxFiles',
    'mayActAs',
    'millracePlugin',
    'onSignals',
    'readConfig',
    'recordRequests',
    'requestRecorder',
    'requireFreePort',
    'resolveAuth',
    'roleOf',
    'sayFailure',
    'serverErrors',
    'signToken',
    'storeLine',
    'storeUrlOf',
  ])
})
