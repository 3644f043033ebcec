import { execFile } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { mkdir, rmdir, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { describe, expect, test } from 'vitest'
import { DiskCollector } from './disk.ts'
import { HostCollector } from './host.ts'
import { KernelFiles } from './kernel-files.ts'
import { NetworkCollector } from './network.ts'

const run = promisify(execFile)
const linux = process.platform === 'linux'

/** The kernel's own figures, read in other words than the collectors read them. */
const kernel = {
  async awk(program: string, file: string): Promise<number[]> {
    const { stdout } = await run('awk', [program, file])
    return stdout.trim().split(/\s+/).map(Number)
  },
  async busyAndTotal(): Promise<[busy: number, total: number]> {
    const [busy = 0, total = 0] = await kernel.awk('NR==1 { for (i = 2; i <= 9; i++) t += $i; print t - $5 - $6, t }', '/proc/stat')
    return [busy, total]
  },
  network: () =>
    kernel.awk(
      'NR > 2 { sub(":", " ") } NR > 2 && $1 !~ /^(lo|veth.*|docker.*|br-.*|ifb.*)$/ { r += $2; s += $10 } END { printf "%.0f %.0f", r, s }',
      '/proc/net/dev',
    ),
  async df(path: string, columns: string): Promise<number[]> {
    const { stdout } = await run('df', ['-B1', `--output=${columns}`, path])
    return (stdout.trim().split('\n')[1] ?? '').trim().split(/\s+/).map(parseFloat)
  },
}

describe.skipIf(!linux)('the figures agree with the kernel’s', () => {
  test('processors: within 5 points of /proc/stat while one of them is kept busy', async () => {
    const host = new HostCollector(new KernelFiles())
    await host.read()
    const [busyBefore, totalBefore] = await kernel.busyAndTotal()
    const end = performance.now() + 1500
    while (performance.now() < end);
    const [busyAfter, totalAfter] = await kernel.busyAndTotal()
    const { busy, cores } = await host.read()
    const expected = (busyAfter - busyBefore) / (totalAfter - totalBefore)
    expect(Math.abs((busy as number) - expected)).toBeLessThan(0.05)
    expect(busy).toBeGreaterThan(0.8 / cores)
    expect([cores]).toEqual(await kernel.awk('/^cpu[0-9]/ { n++ } END { print n }', '/proc/stat'))
  })

  test('memory: total is MemTotal, used within 2 % of the machine of what is not MemAvailable; load is that of /proc/loadavg', async () => {
    const { totalBytes, usedBytes, load } = await new HostCollector(new KernelFiles()).read()
    const [total = 0, available = 0] = await kernel.awk('/^MemTotal|^MemAvailable/ { printf "%.0f ", $2 * 1024 }', '/proc/meminfo')
    expect(totalBytes).toBe(total)
    expect(Math.abs(usedBytes - (total - available)) / total).toBeLessThan(0.02)
    const [oneMinute = 0] = await kernel.awk('{ print $1 }', '/proc/loadavg')
    expect(Math.abs((load as readonly number[])[0] as number) - oneMinute).toBeLessThan(1)
  })

  test('disk: total as df, used within 1 % of the disk, percent within the point that df rounds up, inodes within 1 point', async () => {
    const path = tmpdir()
    const { totalBytes, usedBytes, usage, inodesUsage } = await new DiskCollector(path).read()
    const [size = 0, used = 0, percent = 0, inodes = NaN] = await kernel.df(path, 'size,used,pcent,ipcent')
    expect(totalBytes).toBe(size)
    expect(Math.abs((usedBytes as number) - used) / size).toBeLessThan(0.01)
    expect(Math.abs((usage as number) - percent)).toBeLessThanOrEqual(1.1)
    if (Number.isFinite(inodes)) expect(Math.abs((inodesUsage as number) - inodes)).toBeLessThanOrEqual(1.1)
  })

  test('network: not less than /proc/net/dev before it and not more than after it', async (context) => {
    const before = await kernel.network()
    const { receivedBytes, sentBytes } = await new NetworkCollector(new KernelFiles()).read(performance.now())
    const after = await kernel.network()
    if (typeof receivedBytes !== 'number') context.skip(receivedBytes.reason)
    for (const [at, bytes] of [receivedBytes, sentBytes].entries()) {
      expect(bytes).toBeGreaterThanOrEqual(before[at] as number)
      expect(bytes).toBeLessThanOrEqual(after[at] as number)
    }
  })

  test('a control group of half a processor and 512 MiB: its limits, its throttling, processors within 0.05, memory within 10 %', async (context) => {
    const group = await limitedGroup()
    if (typeof group === 'string') context.skip(group)
    else {
      try {
        const program = new URL('container.test.child.js', import.meta.url).pathname
        const { stdout } = await run('sh', ['-c', `${group.enter} && exec "$0" "$1"`, process.execPath, program])
        const { first, second, coresUsed, anonymousBytes } = JSON.parse(stdout) as ChildAnswer
        expect(first.memory.limitBytes).toBe(512 * 2 ** 20)
        expect(second.cpu.cores).toBe(0.5)
        // Of a group with one process, use is what that process counts itself, and the working set its own pages and a few shared ones.
        expect(Math.abs(second.cpu.coresUsed - coresUsed)).toBeLessThan(0.05)
        // On a machine with too much to do it may not get as much as the quota.
        if (coresUsed > 0.45) expect(second.cpu.throttled).toBeGreaterThan(0)
        expect(second.cpu.throttled).toBeLessThanOrEqual(1)
        expect(Math.abs(second.memory.workingSetBytes / anonymousBytes - 1)).toBeLessThan(0.1)
      } finally {
        await group.remove()
      }
    }
  })
})

interface ChildAnswer {
  readonly first: { readonly memory: { readonly limitBytes: number } }
  readonly second: {
    readonly memory: { readonly workingSetBytes: number }
    readonly cpu: { readonly cores: number; readonly coresUsed: number; readonly throttled: number }
  }
  /** What the child counted itself. */
  readonly coresUsed: number
  readonly anonymousBytes: number
}

/** A group of either version with limits, and the shell words that enter it; why not, where it cannot be made here. */
async function limitedGroup(): Promise<{ enter: string; remove(): Promise<void> } | string> {
  const name = `millrace-test-${process.pid}-${Date.now()}`
  const two = readFileSync('/proc/self/cgroup', 'utf8').startsWith('0::')
  const root = '/sys/fs/cgroup'
  const folders = two ? [join(root, name)] : [...new Set(['memory', 'cpu', 'cpuacct'].map((controller) => join(root, controller, name)))]
  const remove = async () => {
    // A group whose last process has just ended may be busy for a moment.
    for (const folder of folders)
      await expect
        .poll(() =>
          rmdir(folder).then(
            () => true,
            (error: NodeJS.ErrnoException) => error.code === 'ENOENT',
          ),
        )
        .toBe(true)
  }
  try {
    for (const folder of folders) await mkdir(folder)
    const limits = two
      ? { 'cpu.max': '50000 100000', 'memory.max': String(512 * 2 ** 20) }
      : { 'cpu.cfs_period_us': '100000', 'cpu.cfs_quota_us': '50000', 'memory.limit_in_bytes': String(512 * 2 ** 20) }
    for (const [file, text] of Object.entries(limits)) {
      const folder = two ? folders[0] : join(root, file.split('.')[0] as string, name)
      await writeFile(join(folder as string, file), text)
    }
    return { enter: folders.map((folder) => `echo $$ > ${folder}/cgroup.procs`).join(' && '), remove }
  } catch (error) {
    await remove().catch(() => undefined)
    return `no control group can be made here: ${(error as Error).message}`
  }
}
