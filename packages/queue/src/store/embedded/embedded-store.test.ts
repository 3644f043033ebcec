import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { connectEmbedded } from '@millrace/connection'
import type { EmbeddedConnection } from '@millrace/connection'
import { harnessOn } from '../../testing/contract/harness-on.ts'
import { describeStore } from '../../testing/describe-store.ts'
import { describeSequences } from '../../testing/sequences/describe-sequences.ts'
import { EmbeddedStore } from './embedded-store.ts'

/** A harness on a file of its own, which is gone afterwards. */
async function harnessOnFile() {
  const folder = mkdtempSync(join(tmpdir(), 'millrace embedded store '))
  const connection = (await connectEmbedded(folder, { testClock: true })) as EmbeddedConnection & {
    setTestClock(ms: number): Promise<void>
  }
  return harnessOn({
    openStore: (queue) => new EmbeddedStore(connection, queue),
    setTestClock: (ms) => connection.setTestClock(ms),
    close: async () => {
      await connection.close()
      rmSync(folder, { recursive: true, force: true })
    },
  })
}

describeStore('the embedded store', harnessOnFile)
describeSequences('the embedded store', harnessOnFile)
