import { randomBytes } from 'node:crypto'
import { basename } from 'node:path'
import { realpath } from 'node:fs/promises'
import { setTimeout as pause } from 'node:timers/promises'
import { ApiError } from '@millrace/contract'
import type { Client, ImportAccepted, ImportProgress } from '@millrace/contract'
import { acceptPath, maxFiles, refusalOf } from '../imports/accept.ts'
import { walkFolder } from '../imports/walk-folder.ts'
import { uploadStream } from './upload-stream.ts'
import type { LeftOut } from './import-summary.ts'
import type { Outgoing } from './upload-stream.ts'

export interface Folder {
  readonly files: Outgoing[]
  readonly leftOut: LeftOut[]
  /** Files beyond the most that one import takes; only counted. */
  readonly tooMany: number
}

export interface ImportRun {
  readonly id: string
  readonly progress: ImportProgress
  readonly leftOut: LeftOut[]
  /** False when nothing moved any more for a minute. */
  readonly waited: boolean
}

const lookEveryMs = 300
/** … and after this long each second, so that the longest import stays within the limit of requests. */
const hurryMs = 30_000
const laterLookEveryMs = 1_000
const patienceMs = 60_000
/** With pauses of 1 s, 2 s … between them: a server that is restarted is back in time. */
const tries = 6

/** What a folder holds for an import: all paths start with the folder's own name, so that two folders' READMEs are two documents. */
export async function readFolder(root: string): Promise<Folder> {
  const name = basename(await realpath(root))
  const files: Outgoing[] = []
  const leftOut: LeftOut[] = []
  let tooMany = 0
  for await (const found of walkFolder(root)) {
    if (found.kind === 'left-out') leftOut.push({ path: `${name}/${found.path}`, reason: found.reason })
    else if (files.length === maxFiles) tooMany += 1
    else {
      try {
        files.push({ path: acceptPath(`${name}/${found.path}`), absolute: found.absolute })
      } catch (error) {
        leftOut.push({ path: `${name}/${found.path}`, reason: refusalOf(error)?.detail ?? String(error) })
      }
    }
  }
  return { files, leftOut, tooMany }
}

/**
 * Sends the files in one streamed upload and follows the import until all of it is stored and indexed. An upload that breaks off is sent
 * again under the same id; what the server has already it does not store twice.
 *
 * @param options.signal cancels the import on the server; the run then resolves with what was stored
 */
export async function importFolder(
  client: Client,
  files: readonly Outgoing[],
  options: { readonly wait: boolean; readonly signal: AbortSignal; readonly onProgress: (progress: ImportProgress, sent: number) => void },
): Promise<ImportRun> {
  const id = randomBytes(9).toString('base64url')
  const leftOut = new Map<string, string>()
  let sent = 0
  const upload: { state: 'going on' | 'done' | 'failed' } = { state: 'going on' }
  const sending = sendFiles(client, id, files, options.signal, {
    sent: () => (sent += 1),
    leftOut: ({ path }, reason) => leftOut.set(path, reason),
    again: () => (sent = 0),
  })
  const ended = sending.then(
    () => void (upload.state = 'done'),
    () => void (upload.state = 'failed'),
  )

  let known: ImportProgress | undefined
  let waited = options.wait
  let last = ''
  const startedAtMs = performance.now()
  let movedAtMs = startedAtMs
  while (!options.signal.aborted) {
    // Read before the look: what an upload that is over has brought is in the answer.
    const uploadWas = upload.state
    const progress = await look(client, id)
    if (progress) options.onProgress((known = progress), sent)
    if (uploadWas === 'failed' || (uploadWas === 'done' && (!options.wait || isOver(progress)))) break
    // A server that does not answer may be back in time; the import is in its store.
    const now = JSON.stringify([sent, known?.counts])
    if (now !== last) movedAtMs = performance.now()
    else if (uploadWas === 'done' && performance.now() - movedAtMs > patienceMs) {
      waited = false
      break
    }
    last = now
    // An upload that ends is noticed at once.
    const everyMs = performance.now() - startedAtMs < hurryMs ? lookEveryMs : laterLookEveryMs
    await Promise.race([pause(everyMs), ...(uploadWas === 'going on' ? [ended] : [])])
  }
  if (options.signal.aborted) await client.cancelImport({ params: { id } }).catch(ignoreUnknown)
  const answer = await sending.catch((error: unknown) => {
    if (!options.signal.aborted) throw error
    return undefined
  })
  const progress = (await look(client, id)) ?? known ?? onlySent(id, answer)
  options.onProgress(progress, sent)
  return { id, progress, leftOut: [...leftOut].map(([path, reason]) => ({ path, reason })), waited }
}

function isOver(progress: ImportProgress | undefined): boolean {
  return progress !== undefined && ['done', 'interrupted', 'cancelled'].includes(progress.state)
}

async function sendFiles(
  client: Client,
  id: string,
  files: readonly Outgoing[],
  signal: AbortSignal,
  events: Parameters<typeof uploadStream>[1] & { again(): void },
): Promise<ImportAccepted> {
  for (let attempt = 1; ; attempt += 1) {
    const { body, contentType } = uploadStream(files, events)
    try {
      return await client.startImport({ query: { id }, body, headers: { 'content-type': contentType }, signal })
    } catch (error) {
      if (signal.aborted || attempt === tries || (error instanceof ApiError && error.status < 500 && error.status !== 429)) throw error
      await pause(Math.max(1_000 * attempt, ((error instanceof ApiError && error.retryAfterSeconds) || 0) * 1_000), undefined, { signal })
      events.again()
    }
  }
}

/** Undefined before the server heard of this import, and while it does not answer. */
async function look(client: Client, id: string): Promise<ImportProgress | undefined> {
  try {
    return await client.getImport({ params: { id }, signal: AbortSignal.timeout(10_000) })
  } catch (error) {
    if (error instanceof ApiError && ![404, 429].includes(error.status) && error.status < 500) throw error
    return undefined
  }
}

function ignoreUnknown(error: unknown): void {
  if (!(error instanceof ApiError && error.status === 404)) throw error
}

/** For a server that took the upload, or nothing at all, and has not answered since. */
function onlySent(id: string, answer: ImportAccepted | undefined): ImportProgress {
  const { received, accepted, skipped } = answer ?? { received: 0, accepted: 0, skipped: 0 }
  const counts = { received, accepted, skipped, stored: 0, unchanged: 0, indexed: 0, mentions: 0, failed: 0, cancelled: 0 }
  const state = answer === undefined ? 'cancelled' : 'processing'
  return { id, state, counts, skipped: [], failed: [], startedBy: null, createdAtMs: Date.now(), finishedAtMs: null }
}
