import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { withPatience } from './patience.ts'

beforeEach(() => void vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'setImmediate', 'clearImmediate', 'performance'] }))
afterEach(() => void vi.useRealTimers())

/** A store whose silence the test sets, and a request that begins now. */
function setup(kind: 'read' | 'write', store: { kind?: 'redis' | 'embedded'; connected?: boolean } = {}) {
  const told = { kind: 'redis' as const, connected: true, silentMs: 0, ...store }
  const beganAtMs = performance.now()
  return { told, asked: { kind, elapsedMs: () => performance.now() - beganAtMs } }
}

const never = () => new Promise<never>(() => undefined)

it.each(['redis', 'embedded'] as const)(
  'a request may take its time while the store (%s) answers, and ends when it falls silent',
  async (kind) => {
    const { told, asked } = setup('read', { kind })
    const answer = withPatience(told, asked, never)
    const ended = vi.fn<(error: unknown) => void>()
    answer.catch(ended)
    await vi.advanceTimersByTimeAsync(60_000)
    expect(ended).not.toHaveBeenCalled()
    told.silentMs = 2_000
    await vi.advanceTimersByTimeAsync(2_001)
    expect(ended).toHaveBeenCalledWith(expect.objectContaining({ code: 'STORE_UNAVAILABLE', details: { outcome: 'unread' } }))
  },
)

it('all that a request asks of the store has one deadline, counted from its beginning', async () => {
  const { told, asked } = setup('write')
  told.silentMs = 3_600_000
  await vi.advanceTimersByTimeAsync(4_000)
  const ended = vi.fn<(error: unknown) => void>()
  withPatience(told, asked, never).catch(ended)
  await vi.advanceTimersByTimeAsync(990)
  expect(ended).not.toHaveBeenCalled()
  await vi.advanceTimersByTimeAsync(11)
  expect(ended).toHaveBeenCalledWith(expect.objectContaining({ details: { outcome: 'unknown' } }))
})

it('a write begins when Redis is back, and is never begun when it is not', async () => {
  const { told, asked } = setup('write', { connected: false })
  const work = vi.fn<() => string>(() => 'done')
  const answer = withPatience(told, asked, work)
  await vi.advanceTimersByTimeAsync(3_000)
  expect(work).not.toHaveBeenCalled()
  told.connected = true
  await vi.advanceTimersByTimeAsync(50)
  expect(await answer).toBe('done')

  const late = setup('write', { connected: false })
  const ended = vi.fn<(error: unknown) => void>()
  withPatience(late.told, late.asked, work).catch(ended)
  await vi.advanceTimersByTimeAsync(5_050)
  expect(ended).toHaveBeenCalledWith(expect.objectContaining({ details: { outcome: 'unsent' } }))
  expect(work).toHaveBeenCalledTimes(1)
})

it('what it asked for is told as it is, a refusal too, and leaves nothing waiting', async () => {
  const { told, asked } = setup('read')
  expect(await withPatience(told, asked, () => 5)).toBe(5)
  await expect(withPatience(told, asked, () => Promise.reject(new Error('refused')))).rejects.toThrow('refused')
  await expect(
    withPatience(told, asked, () => {
      throw new Error('at once')
    }),
  ).rejects.toThrow('at once')
  expect(vi.getTimerCount()).toBe(0)
})
