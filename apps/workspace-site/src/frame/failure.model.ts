import { ApiError } from '@millrace/contract'

/** What an error means for who reads the page, and what a log is searched by. */
export function failureOf(error: Error): { readonly text: string; readonly code: string | undefined } {
  if (!(error instanceof ApiError))
    return { text: 'The server does not answer. Nothing was changed; look whether it runs.', code: undefined }
  return { text: textOf(error), code: error.code }
}

function textOf({ status, message, retryAfterSeconds }: ApiError): string {
  if (status === 403) return 'Your role does not allow this: an operator can. Nothing was changed.'
  if (status === 429) return `Too many requests. Nothing was changed; try again in ${waitOf(retryAfterSeconds)}.`
  return message
}

function waitOf(seconds = 60): string {
  return seconds < 90 ? `${Math.max(1, Math.round(seconds))} s` : `${Math.ceil(seconds / 60)} min`
}
