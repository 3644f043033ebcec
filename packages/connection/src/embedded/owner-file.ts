import { readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { hostname } from 'node:os'

/** Who has the store open, for the sentence a second process gets. The operating system's lock on the database is what keeps it out. */
interface Owner {
  readonly pid: number
  /** When the process was started, in the kernel's ticks since boot; null where the system does not tell. */
  readonly startTicks: string | null
  readonly host: string
}

export function readOwner(file: string): Owner | undefined {
  try {
    const owner = JSON.parse(readFileSync(file, 'utf8')) as Owner
    return Number.isSafeInteger(owner.pid) ? owner : undefined
  } catch {
    return undefined
  }
}

export function writeOwner(file: string): void {
  const owner: Owner = { pid: process.pid, startTicks: readStatus(process.pid)?.startTicks ?? null, host: hostname() }
  const draft = `${file}.${process.pid}`
  writeFileSync(draft, `${JSON.stringify(owner)}\n`, { mode: 0o600 })
  renameSync(draft, file)
}

export function removeOwner(file: string): void {
  rmSync(file, { force: true })
}

/** False for a process that is gone, even if its number was given to another one since, or nobody has asked for its exit status yet. */
export function isAlive(owner: Owner): boolean {
  if (owner.host !== hostname()) return false
  try {
    process.kill(owner.pid, 0)
  } catch (error) {
    // EPERM: it is there, and belongs to somebody else.
    if ((error as NodeJS.ErrnoException).code !== 'EPERM') return false
  }
  const found = readStatus(owner.pid)
  if (!found) return true
  return found.state !== 'Z' && (owner.startTicks === null || found.startTicks === owner.startTicks)
}

export function isThisProcess(owner: Owner): boolean {
  return owner.pid === process.pid && isAlive(owner)
}

function readStatus(pid: number): { state: string; startTicks: string } | undefined {
  try {
    const line = readFileSync(`/proc/${pid}/stat`, 'utf8')
    // The second field is the command in brackets and may hold spaces: count from its end. The state is the 3rd field, the start the 22nd.
    const fields = line.slice(line.lastIndexOf(')') + 2).split(' ')
    return { state: fields[0] ?? '', startTicks: fields[19] ?? '' }
  } catch {
    return undefined
  }
}
