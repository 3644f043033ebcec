import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { spaced } from './spaced.ts'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

it('is called at once, and for all that is asked meanwhile once at the end of the rest', () => {
  const call = vi.fn()
  const ask = spaced(call, 3_000)
  ask()
  expect(call).toHaveBeenCalledTimes(1)
  for (let time = 0; time < 5; time += 1) ask()
  expect(call).toHaveBeenCalledTimes(1)
  vi.advanceTimersByTime(3_000)
  expect(call).toHaveBeenCalledTimes(2)
  vi.advanceTimersByTime(10_000)
  expect(call).toHaveBeenCalledTimes(2)
})
