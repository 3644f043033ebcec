import { MillraceError } from '../errors.ts'
import type { StoreCall } from './store-call.ts'

/** Answers after which the same call is sent again: the server is not ready yet, or another one has to be asked. */
const again = new Set(['LOADING', 'BUSY', 'READONLY', 'TRYAGAIN', 'CLUSTERDOWN', 'MASTERDOWN', 'NOREPLICAS', 'UNBLOCKED', 'MOVED', 'ASK'])
/** Answers of a server that has become a replica: the socket is remade, so that Sentinel or the address leads to the new primary. */
const elsewhere = new Set(['READONLY', 'MASTERDOWN', 'UNBLOCKED'])
const denied = new Set(['NOAUTH', 'WRONGPASS', 'NOPERM', 'DENIED'])
/** Words the server itself uses; any other upper-case word is a script's refusal. */
const own = new Set([
  'ERR',
  'WRONGTYPE',
  'MISCONF',
  'EXECABORT',
  'CROSSSLOT',
  'NOPROTO',
  'NOSCRIPT',
  'NOTBUSY',
  'UNKILLABLE',
  'INPROG',
  'OOM',
])

export function replyWord(message: string): string | undefined {
  return /^([A-Z][A-Z0-9_]{2,})(?: |$)/.exec(message)?.[1]
}

export function isReply(error: unknown): error is Error {
  return error instanceof Error && error.name === 'ReplyError'
}

export function asksAgain(word: string | undefined): boolean {
  return word !== undefined && again.has(word)
}

export function asksElsewhere(word: string | undefined): boolean {
  return word !== undefined && elsewhere.has(word)
}

/** What an error the server answered with means to the caller. The client's error object goes no further: it carries the call. */
export function toMillraceError(message: string, call: Pick<StoreCall, 'name' | 'script'>, store: string): MillraceError {
  const word = replyWord(message)
  const text = locate(message, call)
  if (word === 'OOM') return new MillraceError('STORE_FULL', `${store} is full (maxmemory reached); raise maxmemory or remove messages.`)
  if (word !== undefined && denied.has(word)) return deniedError(message, store)
  const cause = new Error(text)
  if (word !== undefined && !own.has(word)) return new MillraceError(word, text)
  return new MillraceError('STORE_REFUSED', `${store} could not run ${call.name}: ${text}`, { cause })
}

export function isDenied(message: string): boolean {
  const word = replyWord(message.replace(/^-/, ''))
  return word !== undefined && denied.has(word)
}

export function deniedError(message: string, store: string): MillraceError {
  const word = replyWord(message.replace(/^-/, ''))
  if (word === 'NOAUTH') {
    const remedy = 'write it into the URL, as in redis://:password@host, or redis://user:password@host for a user of its own'
    return new MillraceError('STORE_DENIED', `${store} asks for a password and got none; ${remedy}.`)
  }
  const remedy =
    word === 'NOPERM'
      ? 'give the user the right that is missing'
      : word === 'DENIED'
        ? 'the server is in protected mode: give it a password'
        : 'check the user name and password in the URL'
  return new MillraceError('STORE_DENIED', `${store} refused: ${firstSentence(message)}; ${remedy}.`)
}

/** The server has no database of this number. */
export function databaseError(message: string, database: number, store: string): MillraceError {
  const refused = firstSentence(message).replace(/^ERR /, '')
  const remedy = 'name a lower one in the URL, or raise databases in redis.conf'
  return new MillraceError('OPTION_INVALID', `url: ${store} gives no database ${database} (${refused}); ${remedy}.`)
}

/** Line numbers of the server count the prelude: they are moved back and name the file. */
function locate(message: string, { name, script }: Pick<StoreCall, 'name' | 'script'>): string {
  if (!script) return message
  const lines = script.script.preludeLines
  return message
    .replace(/ script: [0-9a-f]{40}, on @user_script:(\d+)\.?/, ' (at user_script:$1)')
    .replace(/@?user_script:(\d+)/g, (_, digits: string) => {
      const line = Number(digits) - lines
      return line > 0 ? `${name}.lua:${line}` : `${name}.lua, prelude line ${Number(digits) - 1}`
    })
}

function firstSentence(message: string): string {
  return message.split(/\.(?: |$)/)[0]?.slice(0, 200) ?? ''
}
