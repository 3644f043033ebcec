import { spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { freePort } from '@millrace/connection/testing'
import { createClient } from '@millrace/contract'
import type { Client } from '@millrace/contract'
import { signToken } from '@millrace/server'

const program = fileURLToPath(new URL('../../../apps/workspace/dist/main.js', import.meta.url))
const secret = 'a secret of the lane, longer than thirty-two bytes'

/** The server that `npm start` runs, as a process of its own that can be killed and started again at the same place. */
export class ServerProcess {
  readonly address: string
  readonly #environment: Readonly<Record<string, string>>
  #child: ChildProcess | undefined
  kills = 0

  private constructor(port: number, environment: Readonly<Record<string, string>>) {
    this.address = `http://127.0.0.1:${port}`
    this.#environment = { JWT_SECRET: secret, LOG_LEVEL: 'error', ...environment, PORT: String(port) }
    process.on('exit', () => this.#child?.kill('SIGKILL'))
  }

  static async start(environment: Readonly<Record<string, string>>): Promise<ServerProcess> {
    const server = new ServerProcess(await freePort(), environment)
    await server.start()
    return server
  }

  /** Resolves when it listens. @throws with all it said when it ends before */
  async start(): Promise<void> {
    const env = { PATH: process.env['PATH'], HOME: process.env['HOME'], TMPDIR: process.env['TMPDIR'], ...this.#environment }
    const child = spawn(process.execPath, [program], { env, stdio: ['ignore', 'pipe', 'pipe'] })
    this.#child = child
    let said = ''
    child.stderr.on('data', (chunk: Buffer) => (said += chunk.toString()))
    for await (const chunk of child.stdout) {
      said += String(chunk)
      if (/Workspace +http/.test(said)) break
    }
    // What it says later is nobody's, and must not fill its pipe.
    child.stdout.resume()
    if (!/Workspace +http/.test(said)) throw new Error(`the server ended before it listened:\n${said}`)
  }

  async kill(): Promise<void> {
    this.kills += 1
    await this.#end('SIGKILL')
  }

  async close(): Promise<void> {
    await this.#end('SIGTERM')
  }

  async #end(signal: NodeJS.Signals): Promise<void> {
    const child = this.#child
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return
    const ended = once(child, 'exit')
    child.kill(signal)
    await ended
  }

  token(subject: string): Promise<string> {
    return signToken({ kind: 'secret', secret: new TextEncoder().encode(secret) }, { subject, role: 'operator', ttlSeconds: 3_600 })
  }

  async client(subject: string): Promise<Client> {
    return createClient({ baseUrl: this.address, token: await this.token(subject) })
  }

  room(id: string): string {
    return createClient({ baseUrl: this.address }).openRoom({ params: { id } })
  }
}
