import { mkdtempSync, rmSync } from 'node:fs'
import { connect as connectSocket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { RedisProcess } from '@millrace/connection/testing'
import { connect } from 'millrace'
import type { Connection } from 'millrace'
import { afterAll, beforeAll } from 'vitest'

/** Both kinds of store, as a user connects to them. */
export const kinds = ['redis', 'embedded'] as const
export type Kind = (typeof kinds)[number]

/** A store of either kind for the tests of a file. */
export interface Places {
  readonly redis: RedisProcess
  /** A connection to a place of its own, closed after the tests; `prefix` is what its keys on Redis begin with. */
  open(kind: Kind, prefix?: string): Promise<Connection>
}

export function usePlaces(): Places {
  const folder = mkdtempSync(join(tmpdir(), 'millrace mission '))
  const opened: Connection[] = []
  let redis: RedisProcess | undefined
  let places = 0
  beforeAll(async () => {
    redis = await RedisProcess.start()
  })
  afterAll(async () => {
    for (const connection of opened) await connection.close()
    await redis?.close()
    rmSync(folder, { recursive: true, force: true })
  })
  return {
    get redis() {
      if (redis === undefined) throw new Error('the server starts before the first test')
      return redis
    },
    async open(kind, prefix = `place-${places++}:`) {
      const connection = await (kind === 'redis'
        ? connect(this.redis.url, { prefix })
        : connect(`file:${join(folder, prefix.slice(0, -1))}`))
      opened.push(connection)
      return connection
    },
  }
}

/** One command to a Redis in its own words, as `redis-cli` sends it; the lines of the answer, such as `+zset` or `:120`. */
export function askRedis(port: number, command: string): Promise<string[]> {
  return new Promise((resolve, reject) => {
    let answer = ''
    // What is asked last says that all before is there.
    const socket = connectSocket(port, '127.0.0.1', () => socket.write(`${command}\r\nECHO end\r\n`))
    socket.setEncoding('utf8').once('error', reject)
    socket.on('data', (text: string) => {
      answer += text
      if (!answer.endsWith('$3\r\nend\r\n')) return
      socket.destroy()
      resolve(answer.split('\r\n').slice(0, -3))
    })
  })
}
