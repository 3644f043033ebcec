import { beforeEach, describe, expect, it } from 'vitest'
import type { KeyValue } from '@millrace/connection'
import { stageOn } from '../monitor.test.stage.ts'
import type { Finding, Judgement } from './judge.ts'
import { VerdictStore } from './verdict-store.ts'

const minuteMs = 60_000
const healthy: Judgement = { status: 'healthy', findings: [], aside: [] }

const finding = (subject: string, status: Finding['status'], text = 'x'): Finding => ({
  kind: 'queue',
  subject,
  rule: 'oldest',
  status,
  text,
})
const judged = (...findings: Finding[]): Judgement => ({ status: findings[0]?.status ?? 'healthy', findings, aside: [] })

describe.each(['redis', 'embedded'] as const)('since when, on %s', (kind) => {
  const stage = stageOn(kind)
  const { clock } = stage
  let keyValue: KeyValue
  beforeEach(() => {
    keyValue = stage.connection.keyValue('monitor')
  })

  const keep = (judgement: Judgement) => new VerdictStore(keyValue).keep(judgement, clock.now())
  const read = (judgement: Judgement) => new VerdictStore(keyValue).verdict(judgement, clock.now())

  it('a reason is told since it was first written down, by every process and after restarts, until it is gone', async () => {
    await keep(healthy)
    const [a, b] = [finding('a', 'degraded'), finding('b', 'failing')]
    clock.advance(minuteMs)
    const aSince = clock.now()
    await keep(judged(a))
    clock.advance(minuteMs)
    const bSince = clock.now()
    await keep(judged(b, a))
    clock.advance(20 * minuteMs)
    const verdict = await read(judged(b, { ...a, text: 'worse now' }))
    expect(verdict.reasons).toEqual([
      { kind: 'queue', subject: 'b', status: 'failing', text: 'x', since: bSince },
      { kind: 'queue', subject: 'a', status: 'degraded', text: 'worse now', since: aSince },
    ])
    expect(verdict).toMatchObject({ status: 'failing', since: bSince })
    await keep(judged(b))
    await keep(judged(b, a))
    expect((await read(judged(b, a))).reasons.map(({ since }) => since)).toEqual([bSince, clock.now()])
  })

  it('what nobody has written down has no time, and a status that changed just now began now', async () => {
    expect(await read(judged(finding('a', 'degraded')))).toMatchObject({ status: 'degraded', since: null, reasons: [{ since: null }] })
    await keep(healthy)
    const began = clock.now()
    clock.advance(5_000)
    expect(await read(judged(finding('a', 'degraded')))).toMatchObject({ since: clock.now(), reasons: [{ since: null }] })
    expect(await read(healthy)).toMatchObject({ status: 'healthy', since: began })
  })

  it('the history has sixty minutes with the worst of each, and unknown where nobody judged', async () => {
    await keep(healthy)
    await keep(judged(finding('a', 'failing')))
    await keep(judged(finding('a', 'degraded')))
    clock.advance(2 * minuteMs)
    await keep(healthy)
    const { history } = await read(judged(finding('a', 'degraded')))
    expect(history).toHaveLength(60)
    expect(history.map(({ timestamp }) => timestamp)).toEqual(
      Array.from({ length: 60 }, (_, index) => Math.floor(clock.now() / minuteMs) * minuteMs - (59 - index) * minuteMs),
    )
    expect(history.slice(-4).map(({ status }) => status)).toEqual(['unknown', 'failing', 'unknown', 'degraded'])
    clock.advance(57 * minuteMs)
    expect((await read(healthy)).history.map(({ status }) => status).slice(0, 4)).toEqual(['failing', 'unknown', 'healthy', 'unknown'])
    clock.advance(3 * minuteMs)
    expect(new Set((await read({ status: 'unknown', findings: [], aside: [] })).history.map(({ status }) => status))).toEqual(
      new Set(['unknown']),
    )
  })

  it('what is left aside is told since it was written down, and makes no history', async () => {
    const judgement = { ...healthy, aside: [finding('sample', 'failing')] }
    await keep(judgement)
    const began = clock.now()
    clock.advance(minuteMs)
    const { status, reasons, aside, history } = await read(judgement)
    expect([status, reasons, aside]).toEqual([
      'healthy',
      [],
      [{ kind: 'queue', subject: 'sample', status: 'failing', text: 'x', since: began }],
    ])
    expect(history.at(-2)?.status).toBe('healthy')
  })

  it('after a clock that stepped back nothing began in the future', async () => {
    await keep(judged(finding('a', 'degraded')))
    clock.advance(-10 * minuteMs)
    const before = await read(judged(finding('a', 'degraded')))
    expect([before.since, before.reasons[0]?.since]).toEqual([clock.now(), clock.now()])
    await keep(judged(finding('a', 'degraded')))
    const began = clock.now()
    clock.advance(15 * minuteMs)
    expect((await read(judged(finding('a', 'degraded')))).reasons[0]?.since).toBe(began)
  })

  it('the revision changes when a reason comes, gets worse or goes, not while it lasts', async () => {
    const store = new VerdictStore(keyValue)
    const revisions: number[] = []
    for (const judgement of [
      healthy,
      judged(finding('a', 'degraded', '1')),
      judged(finding('a', 'degraded', '2')),
      judged(finding('a', 'failing')),
      healthy,
      healthy,
    ]) {
      await store.keep(judgement, clock.now())
      const other = new VerdictStore(keyValue)
      await other.look()
      expect(other.revision).toBe(store.revision)
      revisions.push(store.revision)
    }
    expect(revisions).toEqual([1, 2, 2, 3, 4, 4])
  })

  it('what another version wrote, or is damaged, is nothing', async () => {
    for (const text of ['{', 'null', '7', '{"revision":1}', '{"revision":1,"since":1,"status":"odd","reasons":{}}']) {
      await keyValue.set('verdict', text)
      expect(await read(healthy)).toMatchObject({ since: null })
    }
    await keep(healthy)
    expect(await read(healthy)).toMatchObject({ since: clock.now() })
  })
})
