import { existsSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { Command } from 'commander'
import { connect, isMillraceError, MillraceError } from '@millrace/connection'
import type { Connection, ConnectionHealth } from '@millrace/connection'
import { auditQueue, auditSchedules, queueNames } from '@millrace/queue'
import type { QueueAudit } from '@millrace/queue'
import { storeUrlOf } from '@millrace/server'
import type { Config } from '@millrace/server'
import { paintFor, print } from './print.ts'
import type { Paint } from './print.ts'
import { configOf, withStore } from './settings.ts'
import type { StoreOptions } from './settings.ts'

interface DoctorOptions extends StoreOptions {
  readonly json?: boolean
  readonly repair?: boolean
  readonly queue?: readonly string[]
}

/** What was looked at, and what is wrong with it. */
interface Examination {
  readonly store: { readonly description: string; readonly kind: Connection['kind'] } & Pick<
    ConnectionHealth,
    'version' | 'durability' | 'latencyMs' | 'usedMemoryBytes' | 'maxMemoryBytes' | 'warnings'
  > & { readonly logBytes: number | null }
  readonly queues: readonly QueueAudit[]
  /** Schedules of queues that do not exist otherwise. */
  readonly schedules: Awaited<ReturnType<typeof auditSchedules>>
  /** Why nobody else may connect: settings with which messages are lost. */
  readonly refusal: string | null
  readonly repair: boolean
  /** Faults that stand; a warning about settings is none. */
  readonly faults: number
}

const after = `
Looks at the settings of the store, and through all that is kept of each queue: whether every message is where it is counted, and whether
anything is left of what is gone. Nothing is changed without --repair. Workers and producers may go on: each call looks at 250 entries at
most. An embedded file is read whole once, and must not be open elsewhere.

--repair mends what it names, and deletes nothing that a handler could still get: a message without a place is put among the dead, claims
without a lease are given back as those of a dead worker, remains of messages that are gone are deleted, counters are counted anew.

Exit code: 0 nothing is wrong, or all of it was mended; 1 something is wrong, or the store cannot be reached; 2 the command line is wrong.

Examples:
  millrace doctor
  millrace doctor --repair
  millrace doctor --json | jq '.queues[].findings'`

export function doctorCommand(): Command {
  return withStore(new Command('doctor'))
    .description('Finds out whether a store and its queues are well, and mends what is not.')
    .option('--repair', 'mend what is found; without it nothing is changed')
    .option('--queue <name...>', 'only these queues')
    .option('--json', 'print what was found as one line of JSON')
    .addHelpText('after', after)
    .action(async ({ json = false, repair = false, queue, ...place }: DoctorOptions) => {
      const config = configOf(place)
      const { connection, refusal } = await reach(config)
      try {
        const found = await examine(connection, { repair, queue, refusal })
        await print(json ? `${JSON.stringify(found)}\n` : report(found, paintFor(process.stdout)))
        if (found.faults > 0) process.exitCode = 1
      } finally {
        await connection.close()
      }
    })
}

/** Also a store whose settings others refuse: that is what there is to say about it. */
async function reach(config: Config): Promise<{ readonly connection: Connection; readonly refusal: string | null }> {
  if (config.redisUrl === null && !existsSync(config.dataDir)) {
    throw new MillraceError('STORE_PATH_INVALID', `There is no store in ${config.dataDir}. Set REDIS_URL, or DATA_DIR to its folder.`)
  }
  try {
    return { connection: await connect(storeUrlOf(config)), refusal: null }
  } catch (error) {
    if (!isMillraceError(error, 'STORE_EVICTS')) throw error
    return { connection: await connect(storeUrlOf(config), { allowEviction: true }), refusal: error.message }
  }
}

async function examine(
  connection: Connection,
  asked: { readonly repair: boolean; readonly queue: readonly string[] | undefined; readonly refusal: string | null },
): Promise<Examination> {
  const { repair, queue: chosen, refusal } = asked
  const names = await queueNames(connection)
  for (const name of chosen ?? []) {
    if (!names.includes(name)) throw new MillraceError('QUEUE_NOT_FOUND', `there is no queue '${name}' in ${connection.description}`)
  }
  const queues: QueueAudit[] = []
  // One after the other: the store has other work.
  for (const name of chosen ?? names) queues.push(await auditQueue(connection, name, { repair }))
  const schedules = chosen === undefined ? await auditSchedules(connection, { repair }) : []
  const { version, durability, latencyMs, usedMemoryBytes, maxMemoryBytes, warnings } = await connection.health()
  const { description, kind } = connection
  const logBytes = connection.kind === 'embedded' ? sizeOf(join(connection.directory, 'millrace.db-wal')) : null
  const standing = queues.flatMap(({ findings, missing }) => [
    ...findings.filter(({ mended }) => !mended),
    ...(missing === 0 ? [] : [missing]),
  ])
  return {
    store: { description, kind, version, durability, latencyMs, usedMemoryBytes, maxMemoryBytes, warnings, logBytes },
    queues,
    schedules,
    refusal,
    repair,
    faults: (refusal === null ? 0 : 1) + standing.length + (repair ? 0 : schedules.length),
  }
}

function sizeOf(file: string): number {
  return existsSync(file) ? statSync(file).size : 0
}

function report({ store, queues, schedules, refusal, repair, faults }: Examination, paint: Paint): string {
  const lines: string[] = []
  const say = (good: boolean, text: string) => lines.push(`${good ? '✓' : paint.red('✗')} ${text}`)
  const latency = store.latencyMs === null ? 'does not answer a ping within a second' : `answers in ${store.latencyMs.toFixed(1)} ms`
  say(store.latencyMs !== null, `${store.description}: ${store.version ?? 'version unknown'}, ${store.durability}, ${latency}`)
  if (store.usedMemoryBytes !== null) {
    const of = store.maxMemoryBytes === null ? '' : ` of ${megabytes(store.maxMemoryBytes)}`
    const log = store.logBytes === null ? '' : `, ${megabytes(store.logBytes)} of it not yet in the file`
    say(true, `${store.kind === 'redis' ? 'memory' : 'disk'}: ${megabytes(store.usedMemoryBytes)}${of}${log}`)
  }
  if (refusal !== null) say(false, refusal)
  for (const warning of store.warnings) if (refusal?.startsWith(warning) !== true) lines.push(`${paint.yellow('!')} ${warning}`)
  for (const audit of queues) lines.push(...queueLines(audit, repair, paint))
  for (const { queue, schedules: names } of schedules) {
    const done = repair ? 'removed them' : 'with --repair: remove them'
    say(repair, `schedules of '${queue}', a queue that does not exist: ${names.join(', ') || '(none)'}; ${done}`)
  }
  if (queues.length === 0) lines.push('There is no queue yet.')
  lines.push(
    '',
    faults === 0
      ? 'Nothing is wrong.'
      : `${faults} ${faults === 1 ? 'fault stands' : 'faults stand'}.${repair ? '' : ' --repair mends what it can.'}`,
  )
  return `${lines.join('\n')}\n`
}

function queueLines({ queue, counts, totals, missing, findings }: QueueAudit, repair: boolean, paint: Paint): string[] {
  const lines: string[] = []
  const say = (good: boolean, text: string) => lines.push(`${good ? '✓' : paint.red('✗')} ${queue}: ${text}`)
  for (const { what, remedy, mended } of findings) {
    const then =
      remedy === null ? 'it cannot be mended here: restore the file from a copy' : repair ? `done: ${remedy}` : `with --repair: ${remedy}`
    say(mended, `${what}; ${then}`)
  }
  if (!counts || !totals || missing === null) {
    say(false, 'its figures cannot be read')
    return lines
  }
  const { ready, scheduled, active, completed, dead } = counts
  const sum = `${ready} ready + ${scheduled} scheduled + ${active} active + ${completed} completed + ${dead} dead + ${totals.removed} removed`
  const verdict =
    missing === 0
      ? `all ${totals.enqueued} enqueued`
      : `${totals.enqueued} enqueued, so ${Math.abs(missing)} ${missing > 0 ? 'are missing' : 'are too many'}`
  say(missing === 0, `${sum} = ${verdict}`)
  return lines
}

function megabytes(bytes: number): string {
  return `${(bytes / 1_048_576).toLocaleString('en-US', { maximumFractionDigits: 1 })} MiB`
}
