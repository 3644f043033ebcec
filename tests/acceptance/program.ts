import { spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect } from 'vitest'
import { createClient } from '@millrace/contract'
import { signToken } from '@millrace/server'
import type { ChildProcess } from 'node:child_process'
import type { Answer, Client, Role } from '@millrace/contract'

const workspace = fileURLToPath(new URL('../../../apps/workspace/dist/', import.meta.url))
const programs = { server: 'main.js', worker: 'worker-main.js', import: 'commands/import.js' } as const

export interface Ended {
  readonly code: number | null
  readonly signal: NodeJS.Signals | null
  readonly output: string
  readonly errors: string
}

/** One of the programs that people start, as a process of its own. Its environment holds only what a test gives. */
export class Program {
  readonly #child: ChildProcess
  readonly #ended: Promise<Ended>
  #output = ''
  #errors = ''

  constructor(program: keyof typeof programs, environment: Readonly<Record<string, string>>, args: readonly string[] = []) {
    const env = { PATH: process.env['PATH'], HOME: process.env['HOME'], TMPDIR: process.env['TMPDIR'], ...environment }
    this.#child = spawn(process.execPath, [join(workspace, programs[program]), ...args], { env, stdio: ['ignore', 'pipe', 'pipe'] })
    this.#child.stdout?.on('data', (chunk: Buffer) => (this.#output += chunk.toString()))
    this.#child.stderr?.on('data', (chunk: Buffer) => (this.#errors += chunk.toString()))
    this.#ended = once(this.#child, 'close').then(([code, signal]: unknown[]) => ({
      code: code as number | null,
      signal: signal as NodeJS.Signals | null,
      output: this.#output,
      errors: this.#errors,
    }))
  }

  /** What it printed so far for people. */
  get output(): string {
    return this.#output
  }

  get pid(): number {
    return this.#child.pid as number
  }

  /** Resolves with the match as soon as its output holds `pattern`; rejects with all it said when it ends before. */
  async says(pattern: RegExp): Promise<RegExpExecArray> {
    for (;;) {
      const match = pattern.exec(this.#output)
      if (match) return match
      const ended = await Promise.race([this.#ended, once(this.#child.stdout as NodeJS.ReadableStream as never, 'data')])
      if (!Array.isArray(ended)) {
        const last = pattern.exec(this.#output)
        if (last) return last
        throw new Error(`it ended without saying ${String(pattern)}:\n${JSON.stringify(ended, null, 1)}`)
      }
    }
  }

  ended(): Promise<Ended> {
    return this.#ended
  }

  /** Sends a signal and waits for the end. */
  async stop(signal: NodeJS.Signals = 'SIGTERM'): Promise<Ended> {
    this.signal(signal)
    return this.#ended
  }

  signal(signal: NodeJS.Signals): void {
    if (this.#child.exitCode === null && this.#child.signalCode === null) this.#child.kill(signal)
  }
}

/** Folders, programs and clients of one test; `close` ends and removes all of them. */
export class Stage {
  readonly secret = randomBytes(32).toString('hex')
  readonly #folders: string[] = []
  readonly #programs: Program[] = []

  folder(): string {
    const folder = mkdtempSync(join(tmpdir(), 'millrace acceptance é '))
    this.#folders.push(folder)
    return folder
  }

  write(folder: string, files: Readonly<Record<string, string | Uint8Array>>): void {
    for (const [path, content] of Object.entries(files)) {
      mkdirSync(dirname(join(folder, path)), { recursive: true })
      writeFileSync(join(folder, path), content)
    }
  }

  run(
    program: ConstructorParameters<typeof Program>[0],
    environment: Readonly<Record<string, string>>,
    args: readonly string[] = [],
  ): Program {
    const started = new Program(program, { JWT_SECRET: this.secret, ...environment }, args)
    this.#programs.push(started)
    return started
  }

  /** A server that listens, and where. */
  async server(environment: Readonly<Record<string, string>>): Promise<{ program: Program; address: string }> {
    const program = this.run('server', { PORT: '0', DATA_DIR: this.folder(), ...environment })
    const [, address = ''] = await program.says(/Workspace +(http:\/\/\S+?)\/\n[^]*Stop/)
    return { program, address }
  }

  async client(address: string, subject = 'ada', role: Role = 'operator'): Promise<Client> {
    return createClient({ baseUrl: address, token: await this.token(subject, role) })
  }

  /** A token that every server of this stage takes. */
  token(subject: string, role: Role): Promise<string> {
    return signToken({ kind: 'secret', secret: Buffer.from(this.secret) }, { subject, role, ttlSeconds: 600 })
  }

  async close(): Promise<void> {
    for (const program of this.#programs) program.signal('SIGKILL')
    await Promise.all(this.#programs.map((program) => program.ended()))
    for (const folder of this.#folders) rmSync(folder, { recursive: true, force: true })
  }
}

/** The four queues, idle again: each imported document made one message in three of them, each mention one in the fourth. */
export function expectHandled({ queues }: Answer<'listQueues'>, documents: number, mentions: number): void {
  const least = { notifications: mentions, 'document-operations': documents, 'search-operations': documents, analytics: documents }
  expect(queues.map(({ name }) => name).sort()).toEqual(Object.keys(least).sort())
  for (const { name, counts, totals, waitMs, runMs } of queues) {
    expect({ name, ...counts }).toMatchObject({ name, ready: 0, scheduled: 0, active: 0, dead: 0 })
    expect(totals.enqueued).toBeGreaterThanOrEqual(least[name as keyof typeof least])
    expect(totals.completed).toBe(totals.enqueued)
    for (const figure of [waitMs?.p50, waitMs?.p99, runMs?.p50, runMs?.p99]) expect(figure).toBeGreaterThan(0)
  }
}

/** Markdown files that each hold a word of their own, by path. */
export function uniqueFiles(count: number): { files: Record<string, string>; words: Map<string, string> } {
  const files: Record<string, string> = {}
  const words = new Map<string, string>()
  for (let number = 0; number < count; number += 1) {
    const path = `chapter ${number % 7}/übung ${number}.md`
    const word = `quern${number.toString(26).replaceAll(/\d/g, (digit) => String.fromCharCode(113 + Number(digit)))}zed`
    files[path] = `# Page ${number}\n\nThe wheel turns the ${word} stone.\n`
    words.set(path, word)
  }
  return { files, words }
}
