import { closeSync, readdirSync, readlinkSync } from 'node:fs'
import { defineProcedure } from './procedure.ts'
import type { ProcedureContext } from './procedure.ts'

/** What the tests of this folder ask of the thread: a list of entries, and everything that can go wrong. */
export type LedgerCall =
  | { readonly verb: 'add'; readonly entry: string | Uint8Array }
  | { readonly verb: 'entries' }
  | { readonly verb: 'refuse'; readonly when: boolean }
  | { readonly verb: 'add-then-throw'; readonly entry: string }
  | { readonly verb: 'remember' }
  | { readonly verb: 'publish'; readonly channel: string; readonly text: string }
  | { readonly verb: 'now' }
  | { readonly verb: 'unsendable' }
  | { readonly verb: 'limit-pages'; readonly pages: number }
  | { readonly verb: 'fill'; readonly bytes: number }
  | { readonly verb: 'work'; readonly ms: number }
  | { readonly verb: 'hook-throws' }
  | { readonly verb: 'cut-files' }
  | { readonly verb: 'end-thread' }

export const ledger = defineProcedure<LedgerCall, unknown>('ledger', new URL('./ledger.test.procedure.js', import.meta.url))

export function prepare(context: ProcedureContext): void {
  context.database.exec('CREATE TABLE IF NOT EXISTS ledger (id INTEGER PRIMARY KEY, entry BLOB NOT NULL)')
}

export function run(context: ProcedureContext, call: LedgerCall): unknown {
  const { database, memory } = context
  switch (call.verb) {
    case 'add':
      return database.prepare('INSERT INTO ledger (entry) VALUES (?)').run(bytesOf(call.entry)).changes
    case 'entries':
      return database
        .prepare('SELECT entry FROM ledger ORDER BY id')
        .all()
        .map((row) => Buffer.from(row['entry'] as Uint8Array).toString())
    case 'refuse':
      if (call.when) throw new Error('LEDGER_CLOSED 7')
      return 'open'
    case 'add-then-throw':
      database.prepare('INSERT INTO ledger (entry) VALUES (?)').run(bytesOf(call.entry))
      throw new TypeError('a bug in a procedure')
    case 'remember': {
      const runs = ((memory.get('ledger/runs') as number | undefined) ?? 0) + 1
      memory.set('ledger/runs', runs)
      context.beforeCommit('ledger/runs', () => {
        const commits = ((memory.get('ledger/commits') as number | undefined) ?? 0) + 1
        memory.set('ledger/commits', commits)
      })
      return { runs, commits: memory.get('ledger/commits') ?? 0 }
    }
    case 'publish':
      return context.publish(call.channel, call.text)
    case 'now':
      return context.nowUs()
    case 'unsendable':
      return () => 'a function cannot leave the thread'
    case 'limit-pages':
      return database.prepare(`PRAGMA max_page_count = ${call.pages}`).get()
    case 'fill':
      return database.prepare('INSERT INTO ledger (entry) VALUES (zeroblob(?))').run(call.bytes).changes
    case 'work': {
      const endMs = performance.now() + call.ms
      let counted = 0
      while (performance.now() < endMs) counted += Number(database.prepare('SELECT count(*) AS n FROM ledger').get()?.['n'])
      return counted
    }
    case 'hook-throws':
      return context.beforeCommit('ledger/throws', () => {
        throw new TypeError('a bug in a hook')
      })
    case 'end-thread':
      setImmediate(() => {
        throw new Error('outside of any call')
      })
      return undefined
    case 'cut-files':
      return cutFiles()
  }
}

/** Closes the log under the database: every write to it fails from now on, as on a disk that went away. */
function cutFiles(): number {
  let cut = 0
  for (const name of readdirSync('/proc/self/fd')) {
    try {
      if (!readlinkSync(`/proc/self/fd/${name}`).endsWith('millrace.db-wal')) continue
      closeSync(Number(name))
      cut++
    } catch {
      continue
    }
  }
  return cut
}

function bytesOf(entry: string | Uint8Array): Uint8Array {
  return typeof entry === 'string' ? Buffer.from(entry) : entry
}
