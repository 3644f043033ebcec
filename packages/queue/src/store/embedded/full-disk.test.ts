import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync, statfsSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { connectEmbedded } from '@millrace/connection'
import { expect, test } from 'vitest'
import { idOf } from '../../testing/contract/test-worker.ts'
import { EmbeddedStore } from './embedded-store.ts'

const mib = 1024 * 1024
const disk = mkdtempSync(join(tmpdir(), 'millrace small disk '))

/** A disk of 128 MiB of its own, where this user may mount one. */
function mount(): boolean {
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=128m', 'tmpfs', disk], { stdio: 'ignore' })
    return true
  } catch {
    rmSync(disk, { recursive: true, force: true })
    return false
  }
}

const mounted = mount()

test.skipIf(!mounted)('on a full disk enqueue is refused, while everything that was taken can be claimed and settled', async () => {
  const connection = await connectEmbedded(disk)
  try {
    const store = new EmbeddedStore(connection, 'mail')
    const retention = { completedCount: 100, completedAgeMs: 3_600_000, deadCount: 100, deadAgeMs: 3_600_000 }
    const payload = JSON.stringify('x'.repeat(1_000))
    let number = 0
    const enqueue = (count: number) => {
      number += 1
      const messages = Array.from({ length: count }, (_, index) => ({
        id: idOf(`${number}-${String(index).padStart(3, '0')}`),
        explicit: false,
        level: 'normal' as const,
        delayMs: 0,
        scheduledForMs: null,
        options: undefined,
        payload,
      }))
      return store.enqueue({ producer: 'producer---', number, lowestUnanswered: number, messages, maxLength: 0, wakeNobody: true })
    }
    for (let frame = 0; frame < 60; frame++) await enqueue(200)
    const leave = (bytes: number) => {
      const { bavail, bsize } = statfsSync(disk)
      writeFileSync(join(disk, 'ballast'), Buffer.alloc(bavail * bsize - bytes), { flag: 'a' })
    }
    // A disk fills up by and by: while it is nearly full the log is moved into the file each second, which therefore has its room.
    leave(9 * mib)
    let [size, looks] = [0, 0]
    const unchangedLooks = async () => {
      await store.configure(String(looks))
      const found = statSync(join(disk, 'millrace.db')).size
      looks = found === size ? looks + 1 : 0
      size = found
      return looks
    }
    await expect.poll(unchangedLooks, { timeout: 20_000, interval: 100 }).toBe(20)
    leave(0.7 * mib)

    // The gauge looks once a second.
    const outcome = () =>
      enqueue(1).then(
        () => 'added',
        (error: { code: string }) => error.code,
      )
    await expect.poll(outcome, { timeout: 10_000, interval: 100 }).toBe('STORE_FULL')
    const { ready } = (await store.inspect.stats()).counts
    let [settled, results]: [number, { id: string; nonce: string; kind: 'done' }[]] = [0, []]
    for (let call = 1; call === 1 || results.length > 0; call++) {
      const nonce = `nonce${call}`.padStart(11, '-')
      const common = { worker: idOf('w'), number: call, nonce, leaseMs: 15_000, retention }
      const answer = await store.claim({ ...common, results, limit: 250, idle: false, turns: [] })
      expect(answer.outcomes.every((one) => one === 'done')).toBe(true)
      settled += results.length
      results = answer.messages.map(({ id }) => ({ id, nonce, kind: 'done' }))
    }
    expect(settled).toBe(ready)
    rmSync(join(disk, 'ballast'))
    await expect.poll(outcome, { timeout: 10_000, interval: 100 }).toBe('added')
  } finally {
    await connection.close()
    execFileSync('umount', [disk])
    rmSync(disk, { recursive: true, force: true })
  }
})
