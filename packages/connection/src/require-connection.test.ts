import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { CacheService } from './cache-service.ts'
import { connect } from './connect.ts'
import { requireConnection } from './require-connection.ts'

test('a connection whose await was forgotten is refused at once, saying so', async () => {
  const directory = await mkdtemp(join(tmpdir(), 'millrace-await-'))
  const forgotten = connect(`file:${directory}`)
  const refused = 'must be what connect() answered, got a promise: write await connect(…)'
  expect(() => new CacheService(forgotten as never)).toThrow(`CacheService: \`connection\` ${refused}`)
  expect(() => requireConnection('Here', forgotten)).toThrow(`Here: \`connection\` ${refused}`)
  const connection = await forgotten
  expect(requireConnection('Here', connection)).toBe(connection)
  await connection.close()
  await rm(directory, { recursive: true, force: true })
})

test.each([
  [undefined, 'undefined'],
  [null, 'got null'],
  ['redis://127.0.0.1', 'a value of type string'],
  [{}, 'a value of type object'],
])('what is no connection is refused: %j', (value, came) => {
  expect(() => requireConnection('Here', value)).toThrow(came)
})
