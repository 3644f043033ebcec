import { Bury } from 'millrace'
import type { Message } from 'millrace'
import { subjectOf } from '@millrace/markdown'
import { asObject, textField, textsField, wholeField } from './payload.ts'
import type { Notice } from '../inbox/inbox.ts'
import type { Rooms } from './rooms.ts'

/** Delivers what a message tells: a mention to the person it names, a change to everybody who watches. Repeating it delivers nothing twice. */
export async function notify(rooms: Rooms, message: Message): Promise<void> {
  const fields = asObject(message.payload)
  if (fields['kind'] === 'watch') return tellWatchers(rooms, message)
  if (fields['kind'] !== 'mention') throw new Bury("`kind` must be 'mention' or 'watch'")
  await rooms.inbox.deliver(textField(fields, 'subject', 64), {
    ...readNotice(message),
    id: message.id,
    kind: 'mention',
    urgent: fields['urgent'] === true,
    excerpt: textField(fields, 'excerpt', 300),
  })
}

async function tellWatchers(rooms: Rooms, message: Message): Promise<void> {
  const fields = asObject(message.payload)
  const notice = { ...readNotice(message), kind: 'watch', urgent: false, excerpt: textField(fields, 'excerpt', 300, 0) } as const
  const except = new Set(textsField(fields, 'except', 64).map(subjectOf))
  const watchers = await rooms.watches.watchersOf(notice.documentId, wholeField(fields, 'changedAtMs', 0))
  const told = watchers.filter((subject) => !except.has(subject))
  await Promise.all(told.map((subject) => rooms.inbox.deliver(subject, { ...notice, id: `watch:${notice.documentId}` })))
}

function readNotice(message: Message): Pick<Notice, 'documentId' | 'version' | 'title' | 'by' | 'createdAtMs'> {
  const fields = asObject(message.payload)
  return {
    documentId: textField(fields, 'documentId', 64),
    version: wholeField(fields, 'version', 1),
    title: textField(fields, 'title', 300),
    by: textField(fields, 'by', 256),
    createdAtMs: message.createdAtMs,
  }
}
