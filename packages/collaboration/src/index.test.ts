import { expect, it } from 'vitest'
import * as collaboration from './index.ts'

it('the public names are these: a change must be meant, and told in the changelog', () => {
  expect(Object.keys(collaboration).toSorted()).toEqual([
    'RoomClient',
    'decodeClientMessage',
    'decodePresence',
    'decodeServerMessage',
    'encodeClientMessage',
    'encodePresence',
    'encodeServerMessage',
    'hasGap',
    'isUpdate',
    'maxMessageBytes',
    'originOf',
    'protocolVersion',
    'setOrigin',
    'textOf',
  ])
})
