import { once } from 'node:events'
import { connect as connectSocket } from 'node:net'
import { expect, test } from 'vitest'
import { connect } from '../connect.ts'
import { RedisProcess } from '../testing/redis-process.ts'
import { waitUntil } from '../testing/wait-until.ts'

test('a cluster of one node keeps values, runs scripts and publishes, before and after a restart', async () => {
  const server = await RedisProcess.start({
    args: ['--cluster-enabled', 'yes', '--cluster-announce-ip', '127.0.0.1', '--appendonly', 'yes', '--appendfsync', 'always'],
  })
  const operator = async (line: string) => {
    const socket = connectSocket({ host: '127.0.0.1', port: server.port })
    socket.write(`${line}\r\n`)
    const [answer] = (await once(socket, 'data')) as [Buffer]
    socket.destroy()
    return answer.toString()
  }
  await operator('CLUSTER ADDSLOTSRANGE 0 16383')
  await waitUntil(async () => expect(await operator('CLUSTER INFO')).toContain('cluster_state:ok'))
  const connection = await connect(`redis+cluster://127.0.0.1:${server.port}`)
  const room = connection.keyValue('room')
  const heard: string[] = []
  await room.subscribe('news', (text) => heard.push(text))
  await room.set('key', 'v')
  expect([await room.get('key'), await room.acquireLease('lease', 'me', 60_000)]).toEqual(['v', true])
  await room.publish('news', 'one')
  await waitUntil(() => expect(heard).toContain('one'))
  await server.restart()
  expect(await room.get('key')).toBe('v')
  await waitUntil(async () => {
    await room.publish('news', 'two')
    expect(heard).toContain('two')
  })
  await connection.close()
  await server.close()
})
