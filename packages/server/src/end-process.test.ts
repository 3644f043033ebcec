import { MillraceError } from '@millrace/connection'
import { afterEach, expect, it, vi } from 'vitest'
import { exitCodeOf, logLevelAt, onSignals } from './end-process.ts'

afterEach(() => {
  vi.useRealTimers()
  vi.unstubAllEnvs()
})

it('the first signal ends in order, the same one at once is the same wish, and a later one does not want to wait', async () => {
  vi.useFakeTimers({ toFake: ['performance'] })
  const heard: string[] = []
  const forget = onSignals(
    (signal) => heard.push(signal),
    () => heard.push('again'),
  )
  process.emit('SIGINT', 'SIGINT')
  vi.advanceTimersByTime(500)
  process.emit('SIGINT', 'SIGINT')
  expect(heard).toEqual(['SIGINT'])
  vi.advanceTimersByTime(1)
  process.emit('SIGTERM', 'SIGTERM')
  expect(heard).toEqual(['SIGINT', 'again'])
  forget()
  expect(process.listenerCount('SIGINT')).toBe(0)
})

it('what a person wrote wrong ends with 2, everything else with 1', () => {
  expect(['CONFIG_INVALID', 'OPTION_INVALID', 'PORT_IN_USE'].map((code) => exitCodeOf(new MillraceError(code, '')))).toEqual([2, 2, 1])
  expect(exitCodeOf(new Error('ours'))).toBe(1)
})

it('at a terminal only what a person must know is logged, unless another level was chosen', () => {
  vi.stubEnv('LOG_LEVEL', '')
  expect([logLevelAt(true, 'info'), logLevelAt(false, 'info')]).toEqual(['warn', 'info'])
  vi.stubEnv('LOG_LEVEL', 'debug')
  expect(logLevelAt(true, 'debug')).toBe('debug')
})
