import { writeSync } from 'node:fs'
import { CacheService } from './cache-service.ts'
import { connect } from './connect.ts'

// A process of its own for tests: `node cache-service.test.child.js <url>` loads `key` for ever, having said so.
const connection = await connect(process.argv[2] as string)
const load = (): Promise<string> => {
  writeSync(1, 'loading\n')
  return new Promise(() => undefined)
}
await new CacheService(connection).getOrSet('key', load, { ttlMs: 60_000 })
