import { chmodSync, existsSync, readFileSync, writeFileSync } from 'node:fs'
import { request } from 'node:http'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { afterAll, expect, test, vi } from 'vitest'
import { freePort, RedisProcess } from '@millrace/connection/testing'
import { Stage } from './program.ts'
import type { Ended } from './program.ts'
import type { AddressInfo } from 'node:net'

const stage = new Stage()
afterAll(() => stage.close())

/** One line for people, no stack, and exit code 1. */
function refusedWith({ code, output, errors }: Ended, ...words: readonly (string | RegExp)[]): void {
  const lines = errors
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('{') && !line.startsWith('(node:') && !line.startsWith('(Use `node'))
  expect({ code, lines: lines.length, output }, errors).toEqual({ code: 1, lines: 1, output: '' })
  for (const word of words) expect(lines[0]).toMatch(word)
}

test('a port in use, before a folder is made for the data', async () => {
  const taken = createServer().listen(0, '127.0.0.1')
  await new Promise((resolve) => taken.once('listening', resolve))
  const { port } = taken.address() as AddressInfo
  const dataDir = join(stage.folder(), 'data')
  refusedWith(await stage.run('server', { PORT: String(port), DATA_DIR: dataDir }).ended(), `Port ${port}`, 'PORT')
  expect(existsSync(dataDir)).toBe(false)
  taken.close()
})

test('a DATA_DIR that is a file', async () => {
  const file = join(stage.folder(), 'file')
  writeFileSync(file, '')
  refusedWith(await stage.run('server', { PORT: '0', DATA_DIR: file }).ended(), file)
})

// The superuser may write everywhere.
test.skipIf(process.getuid?.() === 0)('a folder that may not be written', async () => {
  const folder = stage.folder()
  chmodSync(folder, 0o500)
  refusedWith(await stage.run('server', { PORT: '0', DATA_DIR: join(folder, 'data') }).ended(), folder)
})

test('a second process on the same file', async () => {
  const dataDir = stage.folder()
  const { program } = await stage.server({ DATA_DIR: dataDir })
  refusedWith(await stage.run('server', { PORT: '0', DATA_DIR: dataDir }).ended(), String(program.pid), dataDir)
})

test('a JWT_SECRET that is too short', async () => {
  const { code, errors } = await stage.run('server', { PORT: '0', DATA_DIR: stage.folder(), JWT_SECRET: 'short' }).ended()
  expect(code).toBe(1)
  expect(errors).toContain('JWT_SECRET has 5 bytes; at least 32 are needed')
  expect(errors).not.toContain('    at ')
})

test('a Redis that does not answer, and one that wants another password', async () => {
  const port = await freePort()
  refusedWith(
    await stage.run('server', { PORT: '0', DATA_DIR: stage.folder(), REDIS_URL: `redis://127.0.0.1:${port}` }).ended(),
    String(port),
  )
  const redis = await RedisProcess.start({ args: ['--requirepass', 'right'] })
  refusedWith(
    await stage.run('server', { PORT: '0', DATA_DIR: stage.folder(), REDIS_URL: `redis://:wrong@127.0.0.1:${redis.port}` }).ended(),
    /password/i,
  )
  await redis.close()
}, 60_000)

test('a Redis that evicts', async () => {
  const redis = await RedisProcess.start({ args: ['--maxmemory-policy', 'allkeys-lru'] })
  refusedWith(
    await stage.run('server', { PORT: '0', DATA_DIR: stage.folder(), REDIS_URL: redis.url }).ended(),
    '"maxmemory-policy noeviction" into redis.conf',
  )
  await redis.close()
})

test('a worker without a Redis', async () => {
  refusedWith(await stage.run('worker', { DATA_DIR: stage.folder() }).ended(), 'A worker needs REDIS_URL')
})

test('an import without a server, without a folder, of a file, and of nothing', async () => {
  const url = `http://127.0.0.1:${await freePort()}`
  const folder = stage.folder()
  writeFileSync(join(folder, 'a.md'), 'x')
  const nowhere = { DATA_DIR: stage.folder(), MILLRACE_URL: url }
  refusedWith(await stage.run('import', nowhere, [folder]).ended(), url, 'npm start')
  refusedWith(await stage.run('import', nowhere, [join(folder, 'none')]).ended(), 'There is no folder')
  refusedWith(await stage.run('import', nowhere, [join(folder, 'a.md')]).ended(), 'is not a folder')
  refusedWith(await stage.run('import', nowhere, ['']).ended(), 'The folder is an empty text; name one')
  refusedWith(await stage.run('import', nowhere, [stage.folder()]).ended(), 'there is no .md or .markdown file in')
  refusedWith(await stage.run('import', { MILLRACE_URL: 'foo' }, [folder]).ended(), /^MILLRACE_URL is "foo"; allowed is an address such as/)
  refusedWith(await stage.run('import', { PORT: '99999' }, [folder]).ended(), /^PORT is "99999"; allowed is the port of the workspace/)
  const { address } = await stage.server({})
  refusedWith(
    await stage.run('import', { MILLRACE_URL: address, JWT_SECRET: 'another secret of more than 32 bytes!' }, [folder]).ended(),
    'does not take this token',
  )
}, 60_000)

test('npm start lists the variables that set it up, every one of them, and takes no other argument', async () => {
  const { code, output } = await stage.run('server', {}, ['--help']).ended()
  expect(code).toBe(0)
  const source = readFileSync(new URL('../../../packages/server/src/config/read-config.ts', import.meta.url), 'utf8')
  const read = new Set(Array.from(source.matchAll(/\.(?:text|list|limit)\('([A-Z_]+)'/g), ([, name]) => name as string))
  expect(read.size).toBeGreaterThan(10)
  for (const name of read) expect(output).toMatch(new RegExp(`^  ${name} `, 'm'))
  refusedWith(await stage.run('server', {}, ['--port', '80']).ended(), 'npm start takes no arguments, got --port 80')
})

test('the help of the import command shows examples', async () => {
  const { code, output } = await stage.run('import', {}, ['--help']).ended()
  expect(code).toBe(0)
  expect(output).toContain('npm run import -- ~/notes')
})

test('a signal ends a server in order, a second one at once', async () => {
  const { program, address } = await stage.server({})
  expect(await program.stop('SIGINT')).toMatchObject({ code: 0, signal: null })
  expect(address).toMatch(/^http:/)

  const held = await stage.server({})
  // An upload that never ends keeps the server from ending for some seconds.
  const authorization = `Bearer ${await stage.token('ada', 'operator')}`
  const headers = { authorization, 'content-type': 'multipart/form-data; boundary=x', 'transfer-encoding': 'chunked' }
  const upload = request(`${held.address}/api/workspace/import?id=held`, { method: 'POST', headers })
  upload.on('error', () => undefined)
  upload.write('--x\r\ncontent-disposition: form-data; name="files"; filename="a.md"\r\n\r\nbegun')
  const client = await stage.client(held.address)
  await vi.waitFor(() => client.getImport({ params: { id: 'held' } }), 10_000)
  held.program.signal('SIGTERM')
  // Signals within half a second count as one: npm sends Ctrl-C a second time.
  await pause(1_000)
  expect(await held.program.stop('SIGTERM')).toMatchObject({ code: 1, signal: null })
  upload.destroy()
}, 60_000)
