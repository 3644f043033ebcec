import { describe, expect, it } from 'vitest'
import { judge } from './judge.ts'
import type { VerdictFigures } from './judge.ts'
import type { QueueFigures } from './judge-queue.ts'
import type { MachineFigures, StoreLoad } from './judge-resources.ts'

const nothing: VerdictFigures = { queues: [], routes: [], machines: [], store: undefined, missing: [] }
const minute = 60_000

function queue(change: Partial<QueueFigures> & { readonly ages?: Readonly<Record<string, number>> } = {}): QueueFigures {
  const { ages = {}, ...rest } = change
  const targets = { urgent: 5_000, high: 30_000, normal: 120_000, low: 900_000 }
  const levels = Object.entries(targets).map(([level, targetAgeMs]) => ({ level, targetAgeMs, oldestAgeMs: ages[level] ?? null }))
  const oldest = Object.values(ages)
  return {
    name: 'mail',
    isSample: false,
    paused: false,
    ready: oldest.length,
    oldestReadyAgeMs: oldest.length === 0 ? null : Math.max(...oldest),
    workers: 1,
    levels,
    recent: { completed: 0, failed: 0 },
    deadAdded: 0,
    ...rest,
  }
}

function machine(change: Partial<MachineFigures> = {}): MachineFigures {
  return { instance: 'web-1', eventLoopUtilization: 0.1, memory: 50, disk: 50, throttled: undefined, ...change }
}

function store(change: Partial<StoreLoad> = {}): StoreLoad {
  return { kind: 'redis', connected: true, memory: 10, memoryLimit: 'maxmemory', pingMs: 0.3, ...change }
}

describe('the verdict', () => {
  it('leaves a queue of samples aside, and says so with what is wrong there', () => {
    const sample = queue({ name: 'sample', isSample: true, recent: { completed: 1, failed: 99 } })
    expect(judge({ ...nothing, queues: [sample] })).toEqual({
      status: 'healthy',
      findings: [],
      aside: [
        {
          kind: 'queue',
          subject: 'sample',
          rule: 'failures',
          status: 'failing',
          text: '99 % of attempts fail, limit 20 %; samples, left out of the verdict',
        },
      ],
    })
    const both = judge({ ...nothing, queues: [sample, queue({ deadAdded: 1 })] })
    expect([both.status, both.findings.length, both.aside.length]).toEqual(['degraded', 1, 1])
  })

  it.each<[string, QueueFigures, string | undefined]>([
    ['nothing waits', queue(), undefined],
    ['a normal message waits below its target', queue({ ages: { normal: 119_000 } }), undefined],
    ['a normal message waits at its target', queue({ ages: { normal: 120_000 } }), 'degraded: normal: oldest 2 min, limit 2 min'],
    ['a high message waits longer than a minute', queue({ ages: { high: 61_000 } }), 'degraded: high: oldest 1 min 1 s, limit 1 min'],
    ['a high message waits 5 min', queue({ ages: { high: 299_999 } }), 'degraded: high: oldest 5 min, limit 1 min'],
    [
      'a high message waits longer than 5 min',
      queue({ ages: { high: 312_000 } }),
      'failing: high: oldest 5 min 12 s, limit 5 min; starved, its age target is 30 s',
    ],
    [
      'an urgent message waits ten times its target',
      queue({ ages: { urgent: 51_000 } }),
      'degraded: urgent: oldest 51 s, limit 50 s; starved, its age target is 5 s',
    ],
    ['a low message waits 14 min', queue({ ages: { low: 14 * minute } }), undefined],
    ['the worst level is told', queue({ ages: { high: 90_000, low: 16 * minute } }), 'degraded: high: oldest 1 min 30 s, limit 1 min'],
    ['a paused queue may wait', queue({ paused: true, workers: 0, ages: { urgent: 10 * minute } }), undefined],
    ['no workers for what has just come', queue({ workers: 0, ages: { normal: 9_999 } }), undefined],
    ['no workers', queue({ workers: 0, ready: 1204, ages: { normal: 10_000 } }), 'failing: no workers, 1,204 ready'],
    ['no workers and nothing to do', queue({ workers: 0 }), undefined],
    ['too few ended', queue({ recent: { completed: 0, failed: 19 } }), undefined],
    ['some fail', queue({ recent: { completed: 95, failed: 5 } }), 'degraded: 5 % of attempts fail, limit 5 %'],
    ['many fail', queue({ recent: { completed: 16, failed: 4 } }), 'failing: 20 % of attempts fail, limit 20 %'],
    ['one became dead', queue({ deadAdded: 1 }), 'degraded: 1 became dead in 10 min, limit 0'],
    ['51 became dead', queue({ deadAdded: 51 }), 'failing: 51 became dead in 10 min, limit 50'],
  ])('of a queue: %s', (_name, figures, expected) => {
    const { status, findings } = judge({ ...nothing, queues: [figures] })
    expect(findings.map((each) => `${each.status}: ${each.text}`)).toEqual(expected === undefined ? [] : [expected])
    expect(status).toBe(findings[0]?.status ?? 'healthy')
    expect(findings.every((each) => each.kind === 'queue' && each.subject === 'mail')).toBe(true)
  })

  it.each<[string, readonly MachineFigures[], readonly string[]]>([
    ['well', [machine()], []],
    ['busy', [machine({ eventLoopUtilization: 0.8 })], ['degraded event loop: busy 80 % of the time, limit 80 %']],
    ['blocked', [machine({ eventLoopUtilization: 0.97 })], ['failing event loop: busy 97 % of the time, limit 95 %']],
    ['memory', [machine({ memory: 85 })], ['degraded memory: 85 % used, limit 85 %']],
    ['disk', [machine({ disk: 96 })], ['failing disk: 96 % used, limit 95 %']],
    ['throttled', [machine({ throttled: 0.12 })], ['degraded processor quota: used up in 12 % of its periods, limit 10 %']],
    ['unknown is no reason', [machine({ memory: undefined, disk: undefined, eventLoopUtilization: undefined })], []],
    [
      'the worst of several is named, with how many more',
      [machine({ memory: 88 }), machine({ instance: 'web-2', memory: 97 }), machine({ instance: 'web-3' })],
      ['failing memory: 97 % used on web-2 and 1 more, limit 95 %'],
    ],
  ])('of machines: %s', (_name, machines, expected) => {
    const { findings } = judge({ ...nothing, machines })
    expect(findings.map(({ status, subject, text }) => `${status} ${subject}: ${text}`)).toEqual(expected)
  })

  it.each<[string, StoreLoad, readonly string[]]>([
    ['well', store(), []],
    ['filling', store({ memory: 76 }), ['degraded Redis: 76 % of maxmemory used, limit 75 %']],
    ['full', store({ memory: 91, memoryLimit: 'system' }), ['failing Redis: 91 % of the machine’s memory used, limit 90 %']],
    ['slow', store({ pingMs: 24.3 }), ['degraded Redis: ping 24 ms, limit 20 ms']],
    ['very slow', store({ pingMs: 140 }), ['failing Redis: ping 140 ms, limit 100 ms']],
    ['away', store({ kind: 'embedded', connected: false }), ['failing the embedded file: does not answer']],
  ])('of the store: %s', (_name, load, expected) => {
    const { findings } = judge({ ...nothing, store: load })
    expect(findings.map(({ status, subject, text }) => `${status} ${subject}: ${text}`)).toEqual(expected)
  })

  it('is unknown while nothing was measured, a route of few requests included', () => {
    expect(judge(nothing)).toEqual({ status: 'unknown', findings: [], aside: [] })
    const routes = [{ method: 'GET', endpoint: '/', requests: 19, errors: 19, p95: 5 }]
    expect(judge({ ...nothing, routes }).status).toBe('unknown')
    expect(judge({ ...nothing, routes, machines: [machine()] }).status).toBe('healthy')
  })

  it('tells the worst first, then in one order', () => {
    const { status, findings } = judge({
      queues: [queue({ deadAdded: 1 }), queue({ name: 'late', ages: { high: 301_000 } })],
      routes: [
        { method: 'POST', endpoint: '/orders', requests: 100, errors: 0, p95: 600 },
        { method: 'GET', endpoint: '/', requests: 100, errors: 6, p95: 5 },
        { method: 'GET', endpoint: '/well', requests: 100, errors: 0, p95: 5 },
      ],
      machines: [machine({ memory: 88 })],
      store: store({ memory: 80 }),
      missing: [{ instance: 'web-9', silentMs: 45_000 }],
    })
    expect(status).toBe('failing')
    expect(findings.map((each) => [each.status, each.kind, each.subject])).toEqual([
      ['failing', 'queue', 'late'],
      ['failing', 'route', 'GET /'],
      ['degraded', 'queue', 'mail'],
      ['degraded', 'route', 'POST /orders'],
      ['degraded', 'redis', 'Redis'],
      ['degraded', 'system', 'memory'],
      ['degraded', 'instance', 'web-9'],
    ])
    expect(findings.at(-1)?.text).toBe('not heard of for 45 s, limit 30 s')
  })
})
