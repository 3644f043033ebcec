import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { defineProcedure } from '@millrace/connection'
import { harnessOn } from '../../testing/contract/harness-on.ts'
import { describeStore } from '../../testing/describe-store.ts'
import { EmbeddedStore } from './embedded-store.ts'
import { openFile } from './file-place.test.file.ts'
import type { ClockedFile } from './file-place.test.file.ts'

const forget = defineProcedure<null, never>('forget', new URL('./forget.test.procedure.js', import.meta.url))

/** The same file, whose thread loses its memory before every call: what it remembers must be what the file holds. */
function forgetful(connection: ClockedFile): ClockedFile {
  const run: ClockedFile['run'] = (procedure, argument) => {
    connection.run(forget, null).catch(() => undefined)
    return connection.run(procedure, argument)
  }
  return new Proxy(connection, {
    get: (target, name) => {
      if (name === 'run') return run
      const value: unknown = Reflect.get(target, name, target)
      return typeof value === 'function' ? (value.bind(target) as unknown) : value
    },
  })
}

/** A harness on a file that is gone afterwards. */
async function harnessOnForgetfulFile() {
  const folder = mkdtempSync(join(tmpdir(), 'millrace forgetful store '))
  const connection = await openFile(folder)
  return harnessOn({
    openStore: (queue) => new EmbeddedStore(forgetful(connection), queue),
    setTestClock: (ms) => connection.setTestClock(ms),
    close: async () => {
      await connection.close()
      rmSync(folder, { recursive: true, force: true })
    },
  })
}

describeStore('the embedded store, its memory lost before every call', harnessOnForgetfulFile, {
  skip: [
    {
      test: 'renew: the answer carries the next due time and the next lease end of another worker',
      reason: 'the file has the deadline of a renewal only once the one before has come near, so the lease end told here is an earlier one',
    },
  ],
})
