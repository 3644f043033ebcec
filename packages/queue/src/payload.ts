import { MillraceError } from '@millrace/connection'
import { shown } from './check.ts'

/** So deep a payload is always taken. */
const sureLevels = 1_000

/**
 * The payload as the JSON text that is stored.
 *
 * @throws PAYLOAD_NOT_JSON   undefined, a function, a symbol, a BigInt or a cycle
 * @throws PAYLOAD_TOO_DEEP   arrays and objects nested deeper than can be written; `sureLevels` always can
 * @throws PAYLOAD_TOO_LARGE  more than `maxBytes` bytes of JSON
 */
export function encodePayload(payload: unknown, maxBytes: number): string {
  let text: string | undefined
  try {
    text = JSON.stringify(payload)
  } catch (cause) {
    // The writer recurses, and the engine's own stack is what it has: a few thousand levels, fewer when it is called from deep within.
    if (cause instanceof RangeError) {
      const levels = sureLevels.toLocaleString('en-US')
      throw new MillraceError(
        'PAYLOAD_TOO_DEEP',
        `enqueue: \`payload\` is nested too deeply to be written as JSON; up to ${levels} levels of arrays and objects are taken`,
        { cause },
      )
    }
    const why = cause instanceof Error ? cause.message.split('\n', 1)[0] : 'toJSON threw'
    throw new MillraceError(
      'PAYLOAD_NOT_JSON',
      `enqueue: \`payload\` cannot be written as JSON (${why}); give plain data without cycles or BigInt`,
      {
        cause,
      },
    )
  }
  if (text === undefined) {
    throw new MillraceError('PAYLOAD_NOT_JSON', `enqueue: \`payload\` must be a JSON value, got ${shown(payload)}; null is allowed`)
  }
  if (text.length * 3 > maxBytes) {
    const bytes = Buffer.byteLength(text)
    if (bytes > maxBytes) {
      throw new MillraceError(
        'PAYLOAD_TOO_LARGE',
        `enqueue: \`payload\` has ${bytes.toLocaleString('en-US')} bytes of JSON, at most ${maxBytes.toLocaleString('en-US')} are allowed; store it elsewhere and enqueue a reference`,
        { details: { payloadBytes: bytes, maxPayloadBytes: maxBytes } },
      )
    }
  }
  return text
}
