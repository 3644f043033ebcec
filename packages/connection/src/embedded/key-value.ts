import { MillraceError } from '../errors.ts'
import type { EmbeddedConnection } from '../connection.ts'
import type { KeyValue } from '../key-value.ts'
import type { LocalChannels } from './local-channels.ts'

export function embeddedKeyValue(_connection: EmbeddedConnection, _channels: LocalChannels, room: string): KeyValue {
  throw new MillraceError('STORE_REFUSED', `no key-value yet for ${room}`)
}
