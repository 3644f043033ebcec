import { encodeServerMessage } from '@millrace/collaboration'
import type { Refusal } from '@millrace/collaboration'
import { isMillraceError } from 'millrace'
import { defineHandlers, mayActAs } from 'millrace/server'
import type { Handlers, Socket } from 'millrace/server'
import type { LiveDocuments } from '../collaboration/live-documents.ts'
import { RoomMember } from '../collaboration/room-member.ts'
import { nobody } from './nobody.ts'

/** Sockets on one document in one process. Each edit goes to all of them. */
const maxMembers = 250
const refusedCode = 4403

export function roomHandlers({ rooms }: { readonly rooms: LiveDocuments }): Handlers {
  return defineHandlers({
    openRoom: async ({ params, identity, log }, socket) => {
      try {
        const live = await rooms.open(params.id)
        if (!socket.isOpen) return
        if (live.members >= maxMembers) {
          const sentence = `${maxMembers} people and pages have this document open here, which is as many as there may be. Try again when some have left.`
          return turnAway(socket, { code: 'ROOM_FULL', sentence, retry: 'later' })
        }
        const author = identity.subject ?? nobody
        new RoomMember(live, socket, { author, name: identity.name ?? author, mayWrite: mayActAs(identity.role, 'operator') })
      } catch (error) {
        if (!isMillraceError(error)) throw error
        log.debug({ err: error, document: params.id }, 'a room could not be opened')
        const retry = error.code === 'DOCUMENT_NOT_FOUND' ? 'never' : 'later'
        const sentence = retry === 'never' ? error.message : 'The store does not answer. Edits stay in your browser until it does.'
        turnAway(socket, { code: error.code, sentence, retry })
      }
    },
  })
}

/** A browser sees nothing of an upgrade that is refused, so the reason is told on the open socket. */
function turnAway(socket: Socket, refusal: Refusal): void {
  socket.send(encodeServerMessage({ kind: 'refused', refusal }))
  socket.close(refusedCode, refusal.code)
}
