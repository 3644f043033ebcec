import { expect, it } from 'vitest'
import { systemOf } from '../system/system.test.fixture.ts'
import { clientsText, connectionOf, diskOf, growsTo, latencyText, roomOf, speedOf } from './store.model.ts'

const { redis } = systemOf()
const limits = [{ metric: 'store.memory_usage', warn: 75, critical: 90 }]
const use = (given: Partial<typeof redis>, unknown: ReturnType<typeof systemOf>['unknown'] = []) =>
  roomOf({ redis: { ...redis, ...given }, system: systemOf({ unknown }), limits })
const ping = { metric: 'store.latency', warn: 20, critical: 100 }

it('room is used of which limit, of which kind, against where it warns', () => {
  expect(use({})).toEqual({
    usage: 0.81,
    of: '1.62 GiB of 2.00 GiB, maxmemory',
    freeBytes: expect.closeTo(0.38 * 1_024 ** 3, 0),
    limit: { warn: 0.75, critical: 0.9 },
    state: { status: 'slow', word: 'High' },
  })
})

it('a Redis without maxmemory says that its machine is the limit', () => {
  expect(use({ memoryLimit: 'system' }).of).toBe('1.62 GiB of 2.00 GiB, its machine, no maxmemory')
})

it('a figure that cannot be had says why, and nothing is OK because of it', () => {
  const room = use({ usedMemoryBytes: null }, [{ figure: 'redis.usedMemoryBytes', reason: 'INFO is refused' }])
  expect([room.usage, room.of, room.state.word]).toEqual([null, 'INFO is refused', 'Unknown'])
  expect(latencyText(null, ping, 'the store does not answer')).toBe('— the store does not answer')
  expect(clientsText({ ...redis, connectedClients: null }, 'INFO is refused')).toBe('— INFO is refused')
})

it('a round trip is slow from its limit on', () => {
  expect([0.6, 20, 100, null].map((latencyMs) => speedOf({ ...redis, latencyMs }, ping).word)).toEqual(['OK', 'Slow', 'Failing', 'Unknown'])
})

it('a file stops when its disk is full, whoever filled it', () => {
  const { disk } = systemOf()
  const full = diskOf({ disk: { ...disk, usage: 97 }, unknown: [] }, { metric: 'disk.usage', warn: 85, critical: 95 })
  expect([full.usage, full.of, full.state]).toEqual([0.97, '35.0 GiB of 80.0 GiB, /data', { status: 'fail', word: 'High' }])
  const unread = diskOf({ disk: { ...disk, usage: null }, unknown: [{ figure: 'disk.usage', reason: 'no permission' }] }, undefined)
  expect([unread.of, unread.state.word]).toEqual(['no permission', 'Unknown'])
})

it('Redis grows to its limit, a file into what is free beside it', () => {
  const gib = 1_024 ** 3
  const system = systemOf()
  expect(growsTo(system)).toBe(2 * gib)
  expect(growsTo({ ...system, redis: { ...redis, kind: 'embedded', usedMemoryBytes: gib } })).toBe(46 * gib)
})

it('a store is connected as the figures say, and not reachable as soon as the server says so, however old they are', () => {
  expect(connectionOf(true, null)).toEqual({ status: 'ok', word: 'Connected', isNow: false })
  expect(connectionOf(true, { kind: 'unreachable' }).isNow).toBe(false)
  expect(connectionOf(true, { kind: 'store' })).toEqual({ status: 'fail', word: 'Not reachable', isNow: true })
  expect(connectionOf(false, null)).toMatchObject({ status: 'fail', word: 'Not reachable' })
})
