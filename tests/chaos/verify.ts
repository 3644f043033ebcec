import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import type { Task } from './task.ts'
import type { Verdict } from './verdict.ts'

/** Runs the checker, a program of its own. */
export async function verify(task: Task): Promise<Verdict> {
  const checker = fileURLToPath(new URL('./checker.js', import.meta.url))
  const { stdout } = await promisify(execFile)(process.execPath, [checker, JSON.stringify(task)], { maxBuffer: 16 * 1024 * 1024 })
  return JSON.parse(stdout) as Verdict
}
