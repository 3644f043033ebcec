import { describe, expect, test } from 'vitest'
import { ContainerCollector } from './container.ts'
import { kernelOf } from './kernel.test.stage.ts'
import { Missing } from './reading.ts'

const gib = 2 ** 30
const host = { cores: 8, totalBytes: 16 * gib }

describe('version 2', () => {
  const group = (path: string, texts: Readonly<Record<string, string>>) =>
    Object.fromEntries(Object.entries(texts).map(([file, text]) => [`sys/fs/cgroup${path}/${file}`, `${text}\n`]))
  const self = (path: string) => ({ 'proc/self/cgroup': `0::${path}\n` })

  test('used is the working set, of the smallest limit from the leaf to the root', async () => {
    const { files } = await kernelOf({
      ...self('/pod/app'),
      ...group('/pod/app', { 'memory.max': String(4 * gib), 'memory.current': String(gib), 'memory.stat': 'inactive_file 1000' }),
      ...group('/pod', {
        'memory.max': String(2 * gib),
        'memory.current': String(1.5 * gib),
        'memory.stat': `anon 7\ninactive_file ${gib}\nactive_file 3`,
      }),
      ...group('', { 'memory.max': 'max' }),
    })
    expect((await new ContainerCollector(files).read(host, 0)).memory).toEqual({ limitBytes: 2 * gib, workingSetBytes: gib / 2 })
  })

  test('of equal limits the outer one counts, for others share it', async () => {
    const memory = (current: number) => ({ 'memory.max': String(gib), 'memory.current': String(current), 'memory.stat': 'inactive_file 0' })
    const { files } = await kernelOf({ ...self('/pod/app'), ...group('/pod/app', memory(5)), ...group('/pod', memory(50)) })
    expect((await new ContainerCollector(files).read(host, 0)).memory?.workingSetBytes).toBe(50)
  })

  test('no limit, or one that the machine cannot reach, is none', async () => {
    for (const limit of ['max', String(host.totalBytes), '9223372036854771712', '18446744073709551615']) {
      const { files } = await kernelOf({
        ...self('/app'),
        ...group('/app', { 'memory.max': limit, 'memory.current': '5', 'cpu.max': 'max 100000' }),
      })
      expect(await new ContainerCollector(files).read(host, 0)).toMatchObject({ memory: undefined, cpu: undefined })
    }
    const { files } = await kernelOf({ ...self('/app'), ...group('/app', { 'cpu.max': '800000 100000' }) })
    expect((await new ContainerCollector(files).read(host, 0)).cpu).toBeUndefined()
  })

  test('processors used and throttling are those since the last reading, of the group with the smallest quota', async () => {
    const cpu = (usageUs: number, periods: number, throttled: number) => ({
      'cpu.stat': `usage_usec ${usageUs}\nuser_usec 1\nnr_periods ${periods}\nnr_throttled ${throttled}\nthrottled_usec 9`,
    })
    const { files, change } = await kernelOf({
      ...self('/pod/app'),
      ...group('/pod/app', { 'cpu.max': '200000 100000', ...cpu(1, 1, 1) }),
      ...group('/pod', { 'cpu.max': '150000 100000', ...cpu(1_000_000, 100, 10) }),
    })
    const container = new ContainerCollector(files)
    const needsTwo = new Missing('needs two readings')
    expect((await container.read(host, 1000)).cpu).toEqual({ cores: 1.5, coresUsed: needsTwo, throttled: needsTwo })
    await change(group('/pod', cpu(7_000_000, 150, 35)))
    expect((await container.read(host, 6000)).cpu).toEqual({ cores: 1.5, coresUsed: 1.2, throttled: 0.5 })
    // The group was made anew: its counters begin again.
    await change(group('/pod', cpu(100, 1, 0)))
    expect((await container.read(host, 11_000)).cpu).toEqual({ cores: 1.5, coresUsed: 0, throttled: 0 })
    // Another group has the smallest quota now.
    await change(group('/pod', { 'cpu.max': '400000 100000' }))
    expect((await container.read(host, 16_000)).cpu).toEqual({ cores: 2, coresUsed: needsTwo, throttled: needsTwo })
  })

  test('processes ended for want of memory are counted from the first reading on', async () => {
    const { files, change } = await kernelOf({ ...self('/app'), ...group('/app', { 'memory.events': 'oom 9\noom_kill 4' }) })
    const container = new ContainerCollector(files)
    expect((await container.read(host, 0)).oomKills).toBe(0)
    await change(group('/app', { 'memory.events': 'oom 9\noom_kill 6' }))
    expect((await container.read(host, 1)).oomKills).toBe(2)
  })

  test('a container that sees its own group as the root, by whatever path it is called outside, has that group’s limits', async () => {
    for (const path of ['/', '/kubepods/pod1/app', '/../../outside']) {
      const { files } = await kernelOf({
        ...self(path),
        ...group('', { 'memory.max': String(gib), 'memory.current': '7', 'memory.stat': 'inactive_file 2' }),
      })
      expect((await new ContainerCollector(files).read(host, 0)).memory).toEqual({ limitBytes: gib, workingSetBytes: 5 })
    }
  })
})

describe('version 1', () => {
  const self = '9:memory:/docker/abc\n4:cpu,cpuacct:/docker/abc\n1:name=systemd:/docker/abc\n0::/system.slice\n'
  const file = (path: string, text: string) => ({ [`sys/fs/cgroup/${path}`]: `${text}\n` })
  const limited = {
    ...file('memory/memory.limit_in_bytes', String(gib)),
    ...file('memory/memory.usage_in_bytes', '900'),
    ...file('memory/memory.stat', 'inactive_file 1\ntotal_inactive_file 400'),
    ...file('memory/memory.oom_control', 'oom_kill_disable 0\nunder_oom 0\noom_kill 3'),
    ...file('cpu,cpuacct/cpu.cfs_quota_us', '50000'),
    ...file('cpu,cpuacct/cpu.cfs_period_us', '100000'),
    ...file('cpu,cpuacct/cpu.stat', 'nr_periods 10\nnr_throttled 1\nthrottled_time 5'),
    ...file('cpu,cpuacct/cpuacct.usage', '1000000000'),
  }

  test('limits, working set, quota, use and throttling', async () => {
    const { files, change } = await kernelOf({ 'proc/self/cgroup': self, ...limited })
    const container = new ContainerCollector(files)
    expect(await container.read(host, 0)).toMatchObject({ memory: { limitBytes: gib, workingSetBytes: 500 }, oomKills: 0 })
    await change({
      ...file('cpu,cpuacct/cpuacct.usage', '1250000000'),
      ...file('cpu,cpuacct/cpu.stat', 'nr_periods 20\nnr_throttled 6\nthrottled_time 5'),
    })
    expect((await container.read(host, 1000)).cpu).toEqual({ cores: 0.5, coresUsed: 0.25, throttled: 0.5 })
  })

  test('processor time may be told in a tree of its own', async () => {
    const apart = Object.fromEntries(
      Object.entries(limited).map(([path, text]) => [
        path.replace('cpu,cpuacct/cpuacct', 'cpuacct/cpuacct').replace('cpu,cpuacct', 'cpu'),
        text,
      ]),
    )
    const { files, change } = await kernelOf({ 'proc/self/cgroup': '3:memory:/\n2:cpuacct:/\n1:cpu:/\n', ...apart })
    const container = new ContainerCollector(files)
    await container.read(host, 0)
    await change(file('cpuacct/cpuacct.usage', '1500000000'))
    expect((await container.read(host, 1000)).cpu).toMatchObject({ cores: 0.5, coresUsed: 0.5 })
  })

  test('2^63 less a page and a quota of -1 are no limits', async () => {
    const { files } = await kernelOf({
      'proc/self/cgroup': self,
      ...limited,
      ...file('memory/memory.limit_in_bytes', '9223372036854771712'),
      ...file('cpu,cpuacct/cpu.cfs_quota_us', '-1'),
    })
    expect(await new ContainerCollector(files).read(host, 0)).toMatchObject({ memory: undefined, cpu: undefined })
  })
})

test('a system without control groups says so', async () => {
  const { files } = await kernelOf({})
  expect(await new ContainerCollector(files).read(host, 0)).toEqual({
    memory: undefined,
    cpu: undefined,
    oomKills: new Missing('this system has no control groups'),
  })
})

test('a group that tells a limit but not what is used has a limit, and a reason', async () => {
  const { files } = await kernelOf({ 'proc/self/cgroup': '0::/\n', 'sys/fs/cgroup/memory.max': '1000\n' })
  const { memory } = await new ContainerCollector(files).read(host, 0)
  expect(memory).toEqual({ limitBytes: 1000, workingSetBytes: new Missing('/sys/fs/cgroup/memory.current cannot be read') })
})
