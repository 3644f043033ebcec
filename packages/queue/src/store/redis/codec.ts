import { createHash } from 'node:crypto'
import { levels } from '../../message.ts'
import type { Level, MessageOptions } from '../../message.ts'
import type {
  ClaimAnswer,
  ClaimCall,
  ClaimedMessage,
  DedupeRule,
  EnqueueFrame,
  EnqueueStatus,
  NewMessage,
  Outcome,
  RenewAnswer,
  Result,
} from '../store.ts'

/**
 * A message as it is stored: `score(16 digits) [@ or +, created(13 digits)] level(0…3) options \n payload`, written once. The score is the
 * place in its set, µs; `@` marks a first due time, and `+` a score pushed out of the millisecond it came in. The part from the level
 * on is the producer's, so that the script only puts the score before it.
 */
export interface StoredRecord {
  readonly scoreMs: number
  readonly createdAtMs: number
  readonly scheduledForMs: number | null
  readonly level: Level
  readonly options: MessageOptions | undefined
  readonly payload: string
}

const levelDigits: Readonly<Record<Level, string>> = { urgent: '0', high: '1', normal: '2', low: '3' }
const statuses: Readonly<Record<string, EnqueueStatus>> = { a: 'added', d: 'duplicate', c: 'conflict' }

/** The producer's part of a record. */
function encodeRecord(message: NewMessage): string {
  const { level, options, payload } = message
  return options === undefined ? `${levelDigits[level]}\n${payload}` : `${levelDigits[level]}${JSON.stringify(options)}\n${payload}`
}

/** Never throws: of damaged bytes it makes a payload that is no JSON, so that the message ends where an operator sees it. */
export function decodeRecord(record: string): StoredRecord {
  const scoreMs = Number(record.slice(0, 13))
  const marked = record[16] === '@' || record[16] === '+'
  const levelAt = marked ? 30 : 16
  const newline = record.indexOf('\n', levelAt)
  const level = levels[record.charCodeAt(levelAt) - 48]
  const createdAtMs = marked ? Number(record.slice(17, 30)) : scoreMs
  const options = newline === levelAt + 1 ? undefined : decodeOptions(record.slice(levelAt + 1, newline))
  if (level === undefined || newline < 0 || options === null || !(scoreMs >= 0) || !(createdAtMs >= 0)) return damaged(record)
  return { scoreMs, createdAtMs, scheduledForMs: record[16] === '@' ? scoreMs : null, level, options, payload: record.slice(newline + 1) }
}

function decodeOptions(text: string): MessageOptions | null {
  try {
    return JSON.parse(text) as MessageOptions | null
  } catch {
    return null
  }
}

function damaged(record: string): StoredRecord {
  return {
    scoreMs: 0,
    createdAtMs: 0,
    scheduledForMs: null,
    level: 'normal',
    options: undefined,
    payload: `the stored bytes are damaged: ${record}`,
  }
}

/** What is known of a message beyond its record: `score retries crashes aloneCrashes attempts`, only once it failed, crashed or was moved. */
export function decodeState(text: string): { scoreMs: number; retries: number; crashes: number } {
  const [score = '', retries, crashes] = text.split(' ')
  return { scoreMs: Number(score.slice(0, 13)), retries: Number(retries), crashes: Number(crashes) }
}

/** 96 bits of a payload, to recognise it by. */
function digestOf(payload: string): string {
  return createHash('sha256').update(payload).digest('base64url').slice(0, 16)
}

/** True when the store must look at a message by itself: it may be due later, have an id of the caller's own, or a dedupe key. */
function isSpecial(message: NewMessage): boolean {
  return message.explicit || message.delayMs > 0 || message.scheduledForMs !== null || message.dedupe !== undefined
}

export function isKeyed(message: NewMessage): boolean {
  return message.dedupe !== undefined
}

export function encodeFrame(frame: EnqueueFrame, channel: string): string[] {
  const counts = [0, 0, 0, 0]
  const plain: string[][] = [[], [], [], []]
  const special: string[] = []
  const keyed: string[] = []
  let largest = 0
  for (const message of frame.messages) {
    const record = encodeRecord(message)
    const bytes = Buffer.byteLength(record)
    if (bytes > largest) largest = bytes
    const level = levels.indexOf(message.level)
    if (isSpecial(message)) {
      special.push(message.id, record, String(level), dueOf(message), message.explicit ? digestOf(message.payload) : '')
      if (message.dedupe) keyed.push(String(special.length / 5), ...ruleOf(message.dedupe))
    } else {
      plain[level]?.push(message.id, record)
      counts[level] = (counts[level] ?? 0) + 1
    }
  }
  const { number, lowestUnanswered, maxLength, wakeNobody } = frame
  const head = [number, lowestUnanswered, maxLength, wakeNobody ? 0 : 1, channel, largest + 30, ...counts, special.length / 5]
  return head.map(String).concat(...plain, special, keyed)
}

function ruleOf({ key, until, windowMs, replace }: DedupeRule): string[] {
  return [key, until[0] as string, String(Math.round(windowMs * 1000)).padStart(16, '0'), replace ? 'r' : 'k']
}

/** When a message is due, as the script reads it: µs since 1970, `+µs` from now, or nothing for now. */
function dueOf({ delayMs, scheduledForMs }: NewMessage): string {
  if (scheduledForMs !== null) return String(Math.max(0, Math.round(scheduledForMs * 1000)))
  return delayMs > 0 ? `+${Math.round(delayMs * 1000)}` : ''
}

export function decodeStatuses(frame: EnqueueFrame, answer: string): EnqueueStatus[] {
  if (answer === '') return frame.messages.map(() => 'added')
  const [letters = '', ...holders] = answer.split(' ')
  let special = 0
  return frame.messages.map((message): EnqueueStatus => {
    const letter = isSpecial(message) ? (letters[special++] ?? 'a') : 'a'
    if (letter === 'k' || letter === 'r') return { owner: holders.shift() ?? '', replaced: letter === 'r' }
    return statuses[letter] ?? 'added'
  })
}

const kindLetters: Readonly<Record<Result['kind'], string>> = { done: 'd', failed: 'f', dead: 'x', released: 'r' }

/** The last arguments of `claim`: the count of results, their kinds (nothing when all are plainly done), ids, nonces and what some bring along. */
export function encodeResults(results: readonly Result[]): string[] {
  const ids: string[] = []
  const nonces: string[] = []
  const extras: string[] = []
  let kinds = ''
  let plain = true
  for (const result of results) {
    ids.push(result.id)
    nonces.push(result.nonce)
    if (result.kind === 'done' && result.value === undefined) kinds += 'd'
    else {
      plain = false
      kinds += result.kind === 'done' ? 'v' : kindLetters[result.kind]
      if (result.kind === 'done') extras.push(result.value ?? 'null')
      else if (result.kind === 'failed') extras.push(String(Math.round(result.delayMs * 1000)), result.attempt)
      else if (result.kind === 'dead') extras.push(result.reason, result.attempt, String(result.terms.length), ...result.terms)
    }
  }
  // A message with two results needs the script's closer look: the second is stale.
  if (plain && results.length > 1) plain = new Set(ids).size === ids.length
  return [String(results.length), plain ? '' : kinds].concat(ids, nonces, extras)
}

/** What `claim.lua` answers. */
export type RawClaim = readonly [head: string, outcomes: string, ...groups: (readonly (string | null)[])[]]

export function decodeClaim(call: ClaimCall, raw: RawClaim): ClaimAnswer {
  const [flags = '', now = '', fence = '', dueMs = '-', leaseEndMs = '-'] = raw[0].split(' ')
  const flag = (index: number) => flags[index] === '1'
  const repeated = flag(0)
  const messages = decodeGroups(raw, flag(6), Number(fence), repeated)
  return {
    outcomes: outcomesOf(call.results.length, raw[1], repeated),
    leaseLost: flag(1),
    messages,
    claimedAtMs: Number(now.slice(0, 13)),
    paused: flag(2),
    drain: flag(3),
    idle: flag(4),
    more: flag(5),
    dueInMs: dueMs === '-' ? null : Number(dueMs),
    leaseEndInMs: leaseEndMs === '-' ? null : Number(leaseEndMs),
  }
}

function outcomesOf(count: number, letters: string, repeated: boolean): Outcome[] {
  const taken = repeated ? 'replayed' : 'done'
  return Array.from({ length: count }, (_, index) => (letters[index] === 's' ? 'stale' : taken))
}

function decodeGroups(raw: RawClaim, alone: boolean, fence: number, repeated: boolean): ClaimedMessage[] {
  const found: { message: ClaimedMessage; score: number }[] = []
  const messages: ClaimedMessage[] = []
  for (let at = 2; at < raw.length; at += 3) {
    const [ids = [], records = [], states = []] = raw.slice(at, at + 3) as (readonly (string | null)[])[]
    for (let index = 0; index < ids.length; index += 1) {
      const record = records[index]
      if (typeof record !== 'string') continue
      const message = decodeClaimed(ids[index] ?? '', record, states[index] ?? null, alone, fence + messages.length)
      messages.push(message)
      if (repeated) found.push({ message, score: Number((states[index] ?? record).slice(0, 16)) })
    }
  }
  return repeated ? inOrder(found, fence) : messages
}

function decodeClaimed(id: string, record: string, state: string | null, alone: boolean, fence: number): ClaimedMessage {
  const { level, options, payload, createdAtMs, scheduledForMs, scoreMs } = decodeRecord(record)
  if (state === null) {
    return { id, level, options, payload, createdAtMs, scheduledForMs, readyAtMs: scoreMs, retries: 0, crashes: 0, alone, fence }
  }
  const moved = decodeState(state)
  const { retries, crashes } = moved
  return { id, level, options, payload, createdAtMs, scheduledForMs, readyAtMs: moved.scoreMs, retries, crashes, alone, fence }
}

/** What a repeated call gives comes in no order: it is put in the order it was given in first, by level, score and id. */
function inOrder(found: { message: ClaimedMessage; score: number }[], fence: number): ClaimedMessage[] {
  const order = found.map(({ message, score }) => ({ message, score, level: levels.indexOf(message.level) }))
  order.sort((a, b) => a.level - b.level || a.score - b.score || (a.message.id < b.message.id ? -1 : 1))
  return order.map(({ message }, index) => ({ ...message, fence: fence + index }))
}

export function decodeRenewal(raw: string): RenewAnswer {
  const [held, dueMs = '-', leaseEndMs = '-'] = raw.split(' ')
  const ms = (text: string) => (text === '-' ? null : Number(text))
  return { held: held === '1', dueInMs: ms(dueMs), leaseEndInMs: ms(leaseEndMs) }
}
