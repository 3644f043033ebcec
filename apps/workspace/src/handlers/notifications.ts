import type { Message } from 'millrace'
import { asObject, textField, wholeField } from './payload.ts'
import type { Rooms } from './rooms.ts'

/** Puts a mention into the inbox of the person it names. The message's id is the item's, so a repeated delivery makes no second one. */
export async function deliverMention(rooms: Rooms, message: Message): Promise<void> {
  const fields = asObject(message.payload)
  await rooms.inbox.deliver(textField(fields, 'subject', 64), {
    id: message.id,
    kind: 'mention',
    urgent: fields['urgent'] === true,
    documentId: textField(fields, 'documentId', 64),
    version: wholeField(fields, 'version', 1),
    title: textField(fields, 'title', 300),
    excerpt: textField(fields, 'excerpt', 300),
    by: textField(fields, 'by', 256),
    createdAtMs: message.createdAtMs,
  })
}
