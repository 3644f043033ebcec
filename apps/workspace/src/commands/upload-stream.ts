import { randomBytes } from 'node:crypto'
import { readFound } from '../imports/walk-folder.ts'

/** A file to send: where it lies and what it is called in the workspace. */
export interface Outgoing {
  readonly path: string
  readonly absolute: string
}

export interface UploadEvents {
  sent(file: Outgoing): void
  leftOut(file: Outgoing, reason: string): void
}

const lineEnd = '\r\n'

/**
 * Files as one multipart/form-data body, one part each, read one at a time and only as fast as the other side takes them. A file that
 * cannot be read is left out, and the rest goes on.
 */
export function uploadStream(
  files: Iterable<Outgoing>,
  events: UploadEvents,
): { readonly body: ReadableStream<Uint8Array>; readonly contentType: string } {
  const boundary = `millrace-${randomBytes(18).toString('hex')}`
  const parts = encode(files, events, boundary)
  const body = new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        const { value, done } = await parts.next()
        if (done) controller.close()
        else controller.enqueue(value)
      },
      async cancel() {
        await parts.return(undefined)
      },
    },
    { highWaterMark: 1 },
  )
  return { body, contentType: `multipart/form-data; boundary=${boundary}` }
}

async function* encode(files: Iterable<Outgoing>, events: UploadEvents, boundary: string): AsyncGenerator<Uint8Array, undefined> {
  const text = new TextEncoder()
  for (const file of files) {
    const bytes = await readFound(file).catch((error: unknown) => (error instanceof Error ? error : new Error(String(error))))
    if (bytes instanceof Error) {
      events.leftOut(file, bytes.message)
      continue
    }
    // RFC 7578 §4.2 with the quoting of RFC 2183: UTF-8 as it is, a quote behind a backslash.
    const name = file.path.replaceAll(/["\\]/g, '\\$&')
    const head = `--${boundary}${lineEnd}content-disposition: form-data; name="files"; filename="${name}"${lineEnd}content-type: text/markdown${lineEnd}${lineEnd}`
    yield Buffer.concat([text.encode(head), bytes, text.encode(lineEnd)])
    events.sent(file)
  }
  yield text.encode(`--${boundary}--${lineEnd}`)
}
