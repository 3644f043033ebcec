import { expect, it } from 'vitest'
import { mayAct, sampleText } from './sample-traffic.model.ts'

const off = { running: false, queue: 'sample', startedAtMs: null, endsAtMs: null, by: null }

it('what is offered says that it is made up, where it flows and for how long', () => {
  expect(sampleText(off, true)).toMatch(/Made-up messages.*5 minutes.*sample/)
  expect(sampleText(off, false)).toMatch(/An operator can start them\.$/)
})

it('while it flows it says until when, who started it, and that some fail on purpose', () => {
  const on = { ...off, running: true, startedAtMs: 0, endsAtMs: new Date(2026, 10, 25, 11, 5).getTime(), by: 'ada' }
  expect(sampleText(on, true)).toMatch(/until 11:05, started by ada\. Some of them fail on purpose\./)
  expect(sampleText({ ...on, by: null }, true)).not.toContain('started by')
})

it('a viewer does not start it; who is not known yet may try', () => {
  expect((['viewer', 'operator', 'admin', undefined] as const).map(mayAct)).toEqual([false, true, true, true])
})
