import type { Readable } from 'node:stream'
import { MillraceError } from '@millrace/connection'
import type { FastifyRequest } from 'fastify'
import type {} from '@fastify/multipart'

/** Largest file of an upload, bytes. */
export const maxFileBytes = 1024 * 1024
/** Most files of an upload. */
export const maxFiles = 10_000

/**
 * One part. `path` is its file name as sent, with folders: a label, never to be used as a path on disk unchecked.
 * A file that was not taken has its bytes already passed over. After `too-many` nothing more comes.
 */
export type UploadedFile = { readonly path: string } & ({ readonly bytes: Buffer } | { readonly refused: 'too-large' | 'too-many' })

/**
 * The files of a multipart upload one after the other; while one is worked on, no more than a socket buffer of the next is held.
 * @throws MillraceError UPLOAD_INVALID when the upload is cut off or malformed
 */
export async function* filesOf(request: FastifyRequest): AsyncGenerator<UploadedFile> {
  let count = 0
  const limits = { fileSize: maxFileBytes, files: maxFiles + 1, parts: maxFiles + 1, fields: 0, headerPairs: 20 }
  try {
    for await (const part of request.parts({ limits, preservePath: true, throwFileSizeLimit: false } as Parameters<
      typeof request.parts
    >[0])) {
      if (part.type !== 'file') throw new MillraceError('UPLOAD_INVALID', 'The upload has form fields; send one file a part.')
      const path = part.filename
      if (++count > maxFiles) {
        part.file.resume()
        yield { path, refused: 'too-many' }
        return
      }
      const bytes = await read(part.file)
      yield part.file.truncated ? { path, refused: 'too-large' } : { path, bytes }
    }
  } catch (error) {
    throw asUploadError(error)
  }
}

/** Reads a part to its end, even past the limit, where busboy drops what follows. */
async function read(file: Readable): Promise<Buffer> {
  const chunks: Buffer[] = []
  for await (const chunk of file) chunks.push(chunk as Buffer)
  return Buffer.concat(chunks)
}

/** What the parser throws for a body that is not as multipart says has no code of its own. */
function asUploadError(error: unknown): unknown {
  const fromParser = error instanceof Error && !('code' in error) && /multipart|boundary|part terminated|header/i.test(error.message)
  return fromParser
    ? new MillraceError('UPLOAD_INVALID', 'The upload is not well-formed multipart/form-data or was cut off.', { cause: error })
    : error
}
