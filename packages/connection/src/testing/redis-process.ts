import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { connect, createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import type { ChildProcess } from 'node:child_process'
import type { AddressInfo } from 'node:net'

const startMs = 15_000
const portTries = 5

/**
 * A real Redis server of one's own: a free loopback port, a temporary folder, nothing kept on disk unless `args` say so.
 * The program is `MILLRACE_REDIS_SERVER`, else `redis-server` on the PATH; `MILLRACE_REDIS_LIBRARIES` goes in front of LD_LIBRARY_PATH.
 * It does not outlive the process that started it, however that one ends.
 */
export class RedisProcess {
  readonly port: number
  /** `redis://127.0.0.1:<port>` */
  readonly url: string
  /** The server's folder, where its files would be. */
  readonly directory: string
  readonly #args: readonly string[]
  #child: ChildProcess
  #guard: ChildProcess | undefined
  #output = ''
  readonly #onExit = () => void this.#child.kill('SIGKILL')

  private constructor(port: number, args: readonly string[]) {
    this.port = port
    this.url = `redis://127.0.0.1:${port}`
    this.directory = mkdtempSync(join(tmpdir(), 'millrace redis '))
    this.#args = args
    this.#child = this.#spawn()
    process.on('exit', this.#onExit)
  }

  /**
   * Resolves when the server answers (which may be that it wants a password).
   * @param options.args the server's own arguments, after ours, so that they win: `['--appendonly', 'yes']`
   */
  static async start(options: { args?: readonly string[]; port?: number } = {}): Promise<RedisProcess> {
    for (let tries = 1; ; tries++) {
      const server = new RedisProcess(options.port ?? (await freePort()), options.args ?? [])
      try {
        await server.#answering()
        return server
      } catch (error) {
        await server.close()
        // Somebody else took the port between asking for it and using it.
        if (options.port !== undefined || tries === portTries || !String(error).includes('Address already in use')) throw error
      }
    }
  }

  get pid(): number {
    return this.#child.pid as number
  }

  /** SIGKILL; resolves when the process is gone. */
  async kill(): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return
    const gone = once(this.#child, 'exit')
    // A program with nothing else to do must wait for this.
    this.#child.ref()
    this.#child.kill('SIGKILL')
    await gone
    this.#unguard()
  }

  /** Starts it again on the same port, in the same folder, with the same arguments; kills it first where it runs. */
  async restart(): Promise<void> {
    await this.kill()
    this.#child = this.#spawn()
    await this.#answering()
  }

  /** SIGSTOP: the sockets stay open and nothing answers. */
  pause(): void {
    this.#child.kill('SIGSTOP')
  }

  /** SIGCONT */
  resume(): void {
    this.#child.kill('SIGCONT')
  }

  /** Ends it and removes its folder. Safe to call twice. */
  async close(): Promise<void> {
    await this.kill()
    process.off('exit', this.#onExit)
    rmSync(this.directory, { recursive: true, force: true })
  }

  #spawn(): ChildProcess {
    const program = process.env['MILLRACE_REDIS_SERVER'] ?? 'redis-server'
    const libraries = process.env['MILLRACE_REDIS_LIBRARIES']
    const env = { ...process.env }
    if (libraries) env['LD_LIBRARY_PATH'] = [libraries, env['LD_LIBRARY_PATH']].filter(Boolean).join(delimiter)
    const ours = ['--port', String(this.port), '--bind', '127.0.0.1', '--dir', this.directory, '--save', '', '--appendonly', 'no']
    const child = spawn(program, [...ours, ...this.#args], { env, stdio: ['ignore', 'pipe', 'pipe'] })
    this.#output = ''
    const keep = (chunk: Buffer) => (this.#output = (this.#output + chunk.toString()).slice(-4_000))
    child.stdout.on('data', keep)
    child.stderr.on('data', keep)
    child.on('error', (error) => (this.#output = `${program} could not be started: ${error.message}`))
    // A server must keep no test alive that is over.
    child.unref()
    for (const stream of [child.stdout, child.stderr]) (stream as unknown as { unref(): void }).unref()
    if (child.pid !== undefined) this.#watch(child.pid)
    return child
  }

  /** A shell that waits for the end of its input, which is the end of this process, even by SIGKILL. */
  #watch(pid: number): void {
    const script = 'read done || { kill -9 "$1"; rm -rf "$2"; }'
    const args = ['-c', script, 'guard', String(pid), this.directory]
    const guard = spawn('/bin/sh', args, { stdio: ['pipe', 'ignore', 'ignore'], detached: true })
    guard.on('error', () => undefined)
    guard.stdin.on('error', () => undefined)
    guard.unref()
    ;(guard.stdin as unknown as { unref(): void }).unref()
    this.#guard = guard
  }

  #unguard(): void {
    this.#guard?.stdin?.end('done\n')
    this.#guard = undefined
  }

  async #answering(): Promise<void> {
    const until = performance.now() + startMs
    while (performance.now() < until) {
      if (this.#child.pid === undefined || this.#child.exitCode !== null || this.#child.signalCode !== null) break
      const answer = await ping(this.port)
      if (answer !== undefined && !answer.startsWith('-LOADING')) return
      await pause(10)
    }
    throw new Error(`The Redis server on port ${this.port} did not start: ${this.#output || 'it wrote nothing.'}`)
  }
}

function ping(port: number): Promise<string | undefined> {
  return new Promise((resolve) => {
    const socket = connect({ host: '127.0.0.1', port })
    const end = (answer: string | undefined) => {
      socket.destroy()
      resolve(answer)
    }
    socket.setTimeout(1_000, () => end(undefined))
    socket.on('connect', () => socket.write('PING\r\n'))
    socket.on('data', (data) => end(data.toString()))
    socket.on('error', () => end(undefined))
    socket.on('close', () => end(undefined))
  })
}

/** A port nobody listens on at this moment. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  server.close()
  await once(server, 'close')
  return port
}
