import { setImmediate as nextTurn } from 'node:timers/promises'
import { isMillraceError } from 'millrace'
import { defineHandlers } from 'millrace/server'
import type { Handlers } from 'millrace/server'
import { maxFiles, refusalOf, refused, tooLarge } from '../imports/accept.ts'
import type { Upload } from '../imports/import-service.ts'
import type { Workspace } from '../workspace.ts'

/** Files of one upload that are worked on at the same time; the next is read when one of them is done. */
const filesAtOnce = 16

export function importHandlers({ imports, search }: Workspace): Handlers {
  return defineHandlers({
    startImport: async (call) => {
      const { query, identity, log } = call
      const upload = await imports.begin(identity.subject, query.id)
      let isWhole = false
      try {
        await takeFiles(upload, call.files())
        isWhole = true
      } catch (error) {
        if (!isMillraceError(error, 'IMPORT_CANCELLED')) log.warn({ err: error, import: upload.id }, 'an upload ended early')
        throw error
      } finally {
        await upload.end({ isWhole })
      }
      const { id, counts } = await imports.progress(upload.id)
      return { id, received: counts.received, accepted: counts.accepted, skipped: counts.skipped }
    },

    getImport: async ({ params }) => {
      const progress = await imports.progress(params.id)
      // What was published before these counts were read is found by search here before they are told.
      await search?.catchUp()
      return progress
    },

    cancelImport: ({ params }) => imports.cancel(params.id),
  })
}

type Files = AsyncIterable<{ readonly path: string } & ({ readonly bytes: Uint8Array } | { readonly refused: 'too-large' | 'too-many' })>

/** Reads on only while fewer than `filesAtOnce` are in hand. The first that fails (a full or absent store) ends the reading. */
async function takeFiles(upload: Upload, files: Files): Promise<void> {
  const inHand = new Set<Promise<void>>()
  let failure: { readonly error: unknown } | undefined
  try {
    for await (const file of files) {
      const work = take(upload, file).then(
        () => void inHand.delete(work),
        (error: unknown) => {
          inHand.delete(work)
          failure ??= { error }
        },
      )
      inHand.add(work)
      if (inHand.size >= filesAtOnce) await Promise.race(inHand)
      // A stream of small files would otherwise leave no turn to anybody else.
      await nextTurn()
      if (failure) break
    }
  } finally {
    await Promise.all(inHand)
  }
  if (failure) throw failure.error
}

async function take(upload: Upload, file: Files extends AsyncIterable<infer File> ? File : never): Promise<void> {
  if (!('refused' in file)) return upload.accept(file.path, file.bytes)
  const why = file.refused === 'too-large' ? tooLarge() : refused('too-many', `more than ${maxFiles} files in one import`)
  const refusal = refusalOf(why)
  if (refusal) await upload.skip(file.path, refusal)
}
