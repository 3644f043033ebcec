import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { connect } from '../connect.ts'
import { RedisProcess } from './redis-process.ts'
import { waitUntil } from './wait-until.ts'

const program = fileURLToPath(new URL('./redis-process.test.child.js', import.meta.url))

test.each(['exit', 'throw', 'kill'])('a server and its folder are gone after the process that started it ended by %s', async (way) => {
  const child = spawn(process.execPath, [program, way], { stdio: ['ignore', 'pipe', 'ignore'] })
  const [line] = (await once(createInterface({ input: child.stdout }), 'line')) as [string]
  const { port, directory } = JSON.parse(line) as { port: number; directory: string }
  await waitUntil(() => expect(existsSync(directory)).toBe(false))
  await waitUntil(() => expect(answers(port)).resolves.toBe(false))
})

test('a server started again has its port, its folder and what it kept there', async () => {
  const server = await RedisProcess.start({ args: ['--appendonly', 'yes', '--appendfsync', 'always'] })
  const { port, pid, directory } = server
  const connection = await connect(server.url)
  await connection.keyValue('room').set('key', 'kept')
  await server.restart()
  expect(server.pid).not.toBe(pid)
  expect([server.port, server.directory]).toEqual([port, directory])
  expect(await connection.keyValue('room').get('key')).toBe('kept')
  await connection.close()
  await server.close()
  await server.close()
  expect(existsSync(directory)).toBe(false)
})

test('a server that cannot start says why', async () => {
  await expect(RedisProcess.start({ args: ['--no-such-option', 'yes'] })).rejects.toThrow('no-such-option')
})

async function answers(port: number): Promise<boolean> {
  try {
    const response = await fetch(`http://127.0.0.1:${port}`)
    return response.ok
  } catch (error) {
    // What is no HTTP is an answer too.
    return (error as { cause?: { code?: string } }).cause?.code !== 'ECONNREFUSED'
  }
}
