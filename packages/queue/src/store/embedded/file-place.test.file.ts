import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { connectEmbedded } from '@millrace/connection'
import type { EmbeddedConnection } from '@millrace/connection'
import { harnessOn } from '../../testing/contract/harness-on.ts'
import type { StoreHarness } from '../../testing/contract/harness.ts'
import { EmbeddedStore } from './embedded-store.ts'

export type ClockedFile = EmbeddedConnection & { setTestClock(ms: number): Promise<void> }

/** An embedded file in a folder of its own, whose clock can be set. */
export async function openFile(folder: string): Promise<ClockedFile> {
  return (await connectEmbedded(folder, { testClock: true })) as ClockedFile
}

/** A harness on a file that is gone afterwards. */
export async function harnessOnFile(): Promise<StoreHarness> {
  const folder = mkdtempSync(join(tmpdir(), 'millrace embedded store '))
  const connection = await openFile(folder)
  return harnessOn({
    openStore: (queue) => new EmbeddedStore(connection, queue),
    setTestClock: (ms) => connection.setTestClock(ms),
    close: async () => {
      await connection.close()
      rmSync(folder, { recursive: true, force: true })
    },
  })
}
