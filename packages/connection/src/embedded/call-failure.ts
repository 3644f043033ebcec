import { isMillraceError, MillraceError } from '../errors.ts'
import { DatabaseError } from './database.ts'
import { isBroken, isRefusal, refusalWord } from './group-commit.ts'

/** An error on its way between threads. */
export interface CallFailure {
  readonly code: string
  readonly message: string
  readonly cause?: { readonly name: string; readonly message: string; readonly stack: string | undefined }
}

/** In the store's thread: what a throw means to the caller. */
export function toFailure(error: unknown, file: string): CallFailure {
  if (isMillraceError(error)) return { code: error.code, message: error.message, ...causeOf(error.cause) }
  if (isRefusal(error)) return { code: refusalWord(error.message) as string, message: error.message }
  const failure = (code: string, message: string): CallFailure => ({ code, message, ...causeOf(error) })
  if (isBroken(error)) {
    return failure(
      'STORE_UNAVAILABLE',
      `The file ${file} failed below the database (${messageOf(error)}). Nothing more is written by this process; check the disk, then start it again.`,
    )
  }
  if (error instanceof DatabaseError) {
    if (error.code === 'SQLITE_FULL') return { ...fullDisk(file), ...causeOf(error) }
    if (error.code === 'SQLITE_CORRUPT' || error.code === 'SQLITE_NOTADB') {
      return failure('STORE_CORRUPT', `The file ${file} is damaged (${error.message}); restore it from a copy.`)
    }
  }
  return failure('STORE_REFUSED', `The embedded store could not run the call: ${messageOf(error)}`)
}

export function fullDisk(file: string): CallFailure {
  return { code: 'STORE_FULL', message: `The disk of ${file} is full; free some space and repeat the call.` }
}

/** In the main thread: the error the caller sees. */
export function toError(failure: CallFailure): MillraceError {
  if (!failure.cause) return new MillraceError(failure.code, failure.message)
  const cause = new Error(failure.cause.message)
  cause.name = failure.cause.name
  if (failure.cause.stack !== undefined) cause.stack = failure.cause.stack
  return new MillraceError(failure.code, failure.message, { cause })
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}

function causeOf(error: unknown): Pick<CallFailure, 'cause'> {
  return error instanceof Error ? { cause: { name: error.name, message: error.message, stack: error.stack } } : {}
}
