import { fork, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import type { News, Task } from './task.ts'

/** One process of a run. */
export class Member {
  readonly child: ChildProcess
  /** Resolves with what ended it. */
  readonly ended: Promise<string>
  /** Resolves when it does its work; rejects when it ends before. */
  readonly ready: Promise<void>
  /** SIGSTOPped, or about to end: not to be harmed again. */
  busy = false
  /** An end that was not asked for fails the run. */
  mayEnd = false

  constructor(program: string, task: Task, hear: (news: News) => void) {
    const file = fileURLToPath(new URL(`./${program}.js`, import.meta.url))
    this.child = fork(file, [JSON.stringify(task)], { stdio: ['ignore', 'ignore', 'inherit', 'ipc'] })
    this.ended = once(this.child, 'exit').then(([code, signal]) => String(signal ?? `exit code ${code}`))
    this.ready = new Promise((resolve, reject) => {
      this.child.on('message', (news: News) => {
        if (news.kind === 'ready') resolve()
        hear(news)
      })
      void this.ended.then((how) => reject(new Error(`the ${program} ended before it was ready: ${how}`)))
    })
    this.ready.catch(() => undefined)
  }

  get running(): boolean {
    return this.child.exitCode === null && this.child.signalCode === null
  }

  async kill(): Promise<void> {
    this.busy = this.mayEnd = true
    this.child.kill('SIGKILL')
    await this.ended
  }
}

/** All processes of a run; ends them when the conductor ends. */
export class Crew {
  readonly #members = new Set<Member>()
  /** What ended without having been asked to. */
  readonly accidents: string[] = []

  constructor() {
    process.on('exit', () => this.killAll())
  }

  start(program: string, task: Task, hear: (news: News) => void = () => undefined): Member {
    const member = new Member(program, task, hear)
    this.#members.add(member)
    void member.ended.then((how) => {
      this.#members.delete(member)
      if (!member.mayEnd && how !== 'exit code 0') this.accidents.push(`a ${program} ended by ${how}`)
    })
    return member
  }

  killAll(): void {
    for (const member of this.#members) {
      member.mayEnd = true
      member.child.kill('SIGKILL')
    }
  }
}
