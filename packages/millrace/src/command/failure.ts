import { isMillraceError } from '@millrace/connection'

/** What a person can do something about is one sentence; the rest is our mistake and keeps its stack. */
export function sentenceOf(error: unknown): string {
  if (isMillraceError(error)) return error.message
  return error instanceof Error ? (error.stack ?? error.message) : String(error)
}

/** 2 for a command line or a variable that is wrong, else 1. */
export function exitCodeOf(error: unknown): number {
  return isMillraceError(error, 'CONFIG_INVALID') || isMillraceError(error, 'OPTION_INVALID') ? 2 : 1
}
