/** What a room client needs of a WebSocket: that of a browser, of Node 22, or of the package `ws`. */
export interface RoomSocket {
  binaryType: string
  readonly readyState: number
  send(bytes: Uint8Array<ArrayBuffer>): void
  close(code?: number, reason?: string): void
  addEventListener(type: 'open' | 'message' | 'close' | 'error', listener: (event: object) => void): void
}

/** `readyState` of a socket that carries messages. */
export const openState = 1
/** The code of a close that means: this message is larger than the room takes (RFC 6455 §7.4.1). */
export const tooLargeCode = 1009

/** The bytes of a message; undefined for a text. */
export function bytesOf(event: object): Uint8Array | undefined {
  const { data } = event as { readonly data?: unknown }
  if (data instanceof ArrayBuffer) return new Uint8Array(data)
  return data instanceof Uint8Array ? data : undefined
}

/** The code of a close. */
export function codeOf(event: object): number | undefined {
  return (event as { readonly code?: number }).code
}
