import { expect, it } from 'vitest'
import * as server from './index.ts'

it('the public names are these: a change must be meant, and told in the changelog', () => {
  expect(Object.keys(server).toSorted()).toEqual([
    'SecretText',
    'createLog',
    'createServer',
    'createSignInLink',
    'createVerifier',
    'defineHandlers',
    'errorTable',
    'isLoopback',
    'maxFileBytes',
    'maxFiles',
    'mayActAs',
    'millracePlugin',
    'readConfig',
    'recordRequests',
    'requestRecorder',
    'requireFreePort',
    'resolveAuth',
    'roleOf',
    'serverErrors',
    'signToken',
    'storeUrlOf',
  ])
})
