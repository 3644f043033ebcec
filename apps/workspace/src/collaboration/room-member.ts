import {
  decodeClientMessage,
  decodePresence,
  encodePresence,
  encodeServerMessage,
  isUpdate,
  maxMessageBytes,
  protocolVersion,
} from '@millrace/collaboration'
import type { ClientMessage, Refusal, ServerMessage } from '@millrace/collaboration'
import type { LiveDocument, Member } from './live-document.ts'
import { allowed, Rate } from './rate.ts'
import { maxTextBytes } from './size-guard.ts'

/** What a member needs of its socket. */
export interface RoomSocket {
  send(bytes: Uint8Array): void
  close(code: number, reason: string): void
  onMessage(listener: (bytes: Uint8Array) => void): void
  onClose(listener: () => void): void
}

export interface Who {
  /** How others see them. */
  readonly name: string
  /** The subject of their token. */
  readonly author: string
  readonly mayWrite: boolean
}

/** Room in a message beside the update itself, bytes. */
const headerBytes = 64
/** The code of a close that a refusal explains. */
const refusedCode = 4403
/** A whole state costs the room more than an edit does. */
const askWeight = 10

/**
 * One socket in a room: speaks the protocol, holds a client to its role and its limits, and tells it what is saved. Whatever it sends, others
 * notice nothing but its edits.
 */
export class RoomMember implements Member {
  readonly author: string
  readonly #name: string
  readonly #live: LiveDocument
  readonly #socket: RoomSocket
  readonly #mayWrite: boolean
  readonly #rate = new Rate(performance.now())
  readonly #leave: () => void
  /** The number of its last edit; undefined until it told its state. */
  #last: number | undefined
  /** As which it shows itself. */
  #clientId: number | undefined
  #isOver = false

  constructor(live: LiveDocument, socket: RoomSocket, who: Who) {
    this.author = who.author
    this.#name = who.name
    this.#live = live
    this.#socket = socket
    this.#mayWrite = who.mayWrite
    const maxUpdateBytes = maxMessageBytes - headerBytes
    this.#send({
      kind: 'hello',
      hello: { version: protocolVersion, mayWrite: who.mayWrite, name: who.name, origin: live.life.origin, maxTextBytes, maxUpdateBytes },
    })
    if (who.mayWrite) this.#send({ kind: 'ask', stateVector: live.stateVector() })
    this.#leave = live.join(this)
    socket.onClose(() => this.#end())
    socket.onMessage((bytes) => this.#receive(bytes))
  }

  update(update: Uint8Array): void {
    this.#send({ kind: 'update', update })
  }

  presence(update: Uint8Array): void {
    this.#send({ kind: 'presence', update })
  }

  refuse(refusal: Refusal): void {
    if (this.#isOver) return
    this.#send({ kind: 'refused', refusal })
    this.#end()
    this.#socket.close(refusedCode, refusal.code)
  }

  #receive(bytes: Uint8Array): void {
    if (this.#isOver) return
    const message = decodeClientMessage(bytes)
    if (message.kind === 'malformed') return this.refuse({ code: 'MESSAGE_MALFORMED', sentence: message.sentence, retry: 'later' })
    if (!this.#rate.take(performance.now(), message.kind === 'ask' ? askWeight : 1, bytes.length)) {
      const sentence = `This client sends more than the ${allowed.messagesPerSecond} messages or ${allowed.bytesPerSecond / 1_048_576} MiB a second that a room takes from one. What is not saved stays with it, and it may come again.`
      return this.refuse({ code: 'UPDATES_TOO_MANY', sentence, retry: 'later' })
    }
    this.#take(message)
  }

  #take(message: ClientMessage): void {
    switch (message.kind) {
      case 'ask':
        return this.#answer(message.stateVector)
      case 'state':
        return this.#write(message.number, message.update)
      case 'edit':
        return this.#edit(message.after, message.number, message.update)
      case 'presence':
        return this.#show(message.update)
      case 'ping':
        return this.#send({ kind: 'pong' })
    }
  }

  #answer(stateVector: Uint8Array): void {
    let update: Uint8Array
    try {
      update = this.#live.stateSince(stateVector)
    } catch {
      return this.refuse({ code: 'MESSAGE_MALFORMED', sentence: 'The state that was asked for is none.', retry: 'later' })
    }
    this.#send({ kind: 'state', update })
  }

  #edit(after: number, number: number, update: Uint8Array): void {
    // It came twice, and is taken care of.
    if (this.#last !== undefined && number <= this.#last) return
    if (this.#mayWrite && after !== this.#last) {
      const sentence = 'An edit before this one did not arrive. Connect again: everything is sent anew.'
      return this.refuse({ code: 'EDIT_MISSING', sentence, retry: 'later' })
    }
    this.#write(number, update)
  }

  #write(number: number, update: Uint8Array): void {
    if (!this.#mayWrite) {
      const sentence = 'Editing needs the role operator; you have the role viewer and can read along.'
      return this.refuse({ code: 'ROLE_TOO_LOW', sentence, retry: 'never' })
    }
    if (!isUpdate(update)) {
      const sentence = 'This is no update of a document: its bytes cannot be read to the end.'
      return this.refuse({ code: 'MESSAGE_MALFORMED', sentence, retry: 'later' })
    }
    const refusal = this.#live.write(this, update, () => this.#send({ kind: 'saved', number }))
    if (refusal !== undefined) return this.refuse(refusal)
    this.#last = number
  }

  /** A client shows itself and nobody else, and under the name of its token. */
  #show(update: Uint8Array): void {
    const presence = decodePresence(update)
    if (presence === undefined || (this.#clientId !== undefined && presence.clientId !== this.#clientId)) {
      const sentence = 'A presence is that of this one client, as the awareness protocol writes it.'
      return this.refuse({ code: 'MESSAGE_MALFORMED', sentence, retry: 'later' })
    }
    this.#clientId = presence.clientId
    const user = presence.state?.['user']
    const state = presence.state && { ...presence.state, user: { ...(typeof user === 'object' ? user : {}), name: this.#name } }
    this.#live.show(this, encodePresence({ ...presence, state }))
  }

  #end(): void {
    if (this.#isOver) return
    this.#isOver = true
    this.#leave()
    if (this.#clientId !== undefined) this.#live.hide(this.#clientId)
  }

  #send(message: ServerMessage): void {
    if (!this.#isOver) this.#socket.send(encodeServerMessage(message))
  }
}
