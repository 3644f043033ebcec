import { MillraceError } from '@millrace/connection'
import { shown } from '../check.ts'
import { encodePayload } from '../payload.ts'
import { Bury } from '../verdict.ts'
import type { SchemaIssue, SchemaResult, StandardSchema } from './standard-schema.ts'

/** Issues named in one error; the rest are counted. */
const maxNamed = 5

type Now<Value> = Value | Promise<Value>

/** A queue's schema, at both ends of it. Asynchronous only where the schema is. */
export class PayloadSchema {
  readonly #schema: StandardSchema

  /** @throws OPTION_INVALID unless `schema` is a Standard Schema */
  constructor(schema: unknown) {
    const standard = isIndexable(schema) ? schema['~standard'] : undefined
    if (!isIndexable(standard) || standard['version'] !== 1 || typeof standard['validate'] !== 'function') {
      throw new MillraceError(
        'OPTION_INVALID',
        `Queue: \`schema\` must be a Standard Schema, such as one of Zod, Valibot or ArkType; got ${shown(schema)}`,
      )
    }
    this.#schema = schema as unknown as StandardSchema
  }

  /**
   * The JSON text that is stored for a payload. It is checked as JSON, as the handler's end will see it: a Date that is no text in the
   * schema is refused here, not there. Stored is the schema's output (defaults filled in, unknown fields gone) where the schema leaves its
   * own output as it is, else what was given: so a change that the schema makes is made once, whatever the schema.
   *
   * @throws PAYLOAD_INVALID naming each path that does not fit; PAYLOAD_NOT_JSON, PAYLOAD_TOO_LARGE; what the schema itself throws
   */
  encode(payload: unknown, maxBytes: number): Now<string> {
    const given = encodePayload(payload, maxBytes)
    return after(this.#validate(given), (first) => {
      if (first.issues) throw misfit(first.issues)
      const output = textOf(first.value)
      if (output === undefined || output === given) return given
      return after(this.#validate(output), (second) => {
        const settled = !second.issues && textOf(second.value) === output
        return settled ? encodePayload(first.value, maxBytes) : given
      })
    })
  }

  /**
   * What the handler gets for a stored payload: the schema's output.
   *
   * @throws Bury  it does not fit, and will not at the next attempt; what the schema itself throws counts as a failed attempt
   */
  read(payload: unknown): Now<unknown> {
    return after(this.#schema['~standard'].validate(payload), (result) => {
      if (result.issues) throw new Bury(sentenceOf('the stored payload', result.issues))
      return result.value
    })
  }

  #validate(text: string): Now<SchemaResult<unknown>> {
    return this.#schema['~standard'].validate(JSON.parse(text))
  }
}

function after<Value, Next>(value: Now<Value>, use: (value: Value) => Now<Next>): Now<Next> {
  return value instanceof Promise ? value.then(use) : use(value)
}

function isIndexable(value: unknown): value is Readonly<Record<string, unknown>> {
  return (typeof value === 'object' && value !== null) || typeof value === 'function'
}

/** undefined for what is no JSON. */
function textOf(value: unknown): string | undefined {
  try {
    return JSON.stringify(value)
  } catch {
    return undefined
  }
}

function misfit(issues: readonly SchemaIssue[]): MillraceError {
  return new MillraceError('PAYLOAD_INVALID', sentenceOf('enqueue: `payload`', issues), {
    details: { issues: issues.slice(0, 20).map((issue) => ({ path: pathOf(issue), message: issue.message })) },
  })
}

function sentenceOf(what: string, issues: readonly SchemaIssue[]): string {
  const named = issues.slice(0, maxNamed).map((issue) => `\`${pathOf(issue)}\`: ${issue.message}`)
  const more = issues.length > maxNamed ? `; and ${issues.length - maxNamed} more` : ''
  return `${what} does not fit the schema of the queue: ${named.join('; ')}${more}`
}

/** `payload.items[2].price`. */
function pathOf({ path = [] }: SchemaIssue): string {
  const steps = path.map((step) => (typeof step === 'object' ? step.key : step))
  return `payload${steps.map((key) => (typeof key === 'number' ? `[${key}]` : `.${String(key)}`)).join('')}`
}
