import { MillraceError } from '@millrace/connection'
import type { FieldProblem } from '@millrace/contract'
import type { TSchema } from 'typebox'
import { Compile } from 'typebox/compile'
import { Value } from 'typebox/value'

/** Names in problems: `path.queueName`, `query.limit`, `body.messages[3].priority`. */
type Place = 'path' | 'query' | 'headers' | 'body'

interface Fault {
  readonly keyword: string
  readonly schemaPath: string
  readonly instancePath: string
  readonly params: Readonly<Record<string, unknown>>
  readonly message: string
}

type Loose = TSchema & Readonly<Record<string, unknown>>

/** The parsed value with defaults filled in, or why it is refused. */
export type Validate = (value: unknown) => { readonly value: unknown } | { readonly error: MillraceError }

/** Most fields named in one answer. */
const maxFields = 8

/** Compiles a schema once. Text of paths and queries is converted to numbers where the schema has numbers; bodies are taken as they are. */
export function compileValidation(schema: TSchema, place: Place): Validate {
  const branches = branchesOf(schema).map((branch) => ({ schema: branch, validator: Compile(branch) }))
  const convert = place === 'path' || place === 'query'
  return (given) => {
    const { schema: branch, validator } = branches.length === 1 ? branches[0]! : closest(branches, given)
    const value = convert ? Value.Default(branch, fromText(branch as Loose, given as Readonly<Record<string, unknown>>)) : given
    if (validator.Check(value)) return { value }
    const errors = fieldsOf(validator.Errors(value) as unknown as Fault[], branch as Loose, place)
    return {
      error: new MillraceError('REQUEST_INVALID', errors.map(({ field, message }) => `${field} ${message}`).join('; ') + '.', {
        details: { errors },
      }),
    }
  }
}

/** Text becomes a number where the schema has numbers and the text is one; anything else stays, to be refused by name. */
function fromText(schema: Loose, given: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const properties = schema['properties'] as Readonly<Record<string, Loose>>
  const entries = Object.entries(given).map(([name, value]) => {
    const type = Object.hasOwn(properties, name) ? properties[name]?.['type'] : undefined
    const isNumber = (type === 'integer' || type === 'number') && typeof value === 'string' && /^-?\d{1,15}(\.\d{1,15})?$/.test(value)
    return [name, isNumber ? Number(value) : value]
  })
  return Object.fromEntries(entries) as Record<string, unknown>
}

/** A union of objects is checked by the one branch the caller meant, so that its faults are named and not those of all branches. */
function branchesOf(schema: TSchema): TSchema[] {
  const union = (schema as Loose)['anyOf']
  return Array.isArray(union) && union.every((branch: Loose) => branch['type'] === 'object') ? (union as TSchema[]) : [schema]
}

function closest<Branch extends { readonly schema: TSchema }>(branches: readonly Branch[], value: unknown): Branch {
  const present = (branch: Branch) => {
    const properties = Object.keys(((branch.schema as Loose)['properties'] ?? {}) as object)
    return typeof value === 'object' && value !== null ? properties.filter((name) => Object.hasOwn(value, name)).length : 0
  }
  return branches.reduce((best, branch) => (present(branch) > present(best) ? branch : best))
}

function fieldsOf(faults: readonly Fault[], schema: Loose, place: Place): FieldProblem[] {
  const problems = new Map<string, string>()
  for (const fault of faults) {
    if (problems.size === maxFields) break
    if (fault.keyword === 'boolean' || /\/anyOf\/\d/.test(fault.schemaPath)) continue
    for (const [field, message] of problemsOf(fault, schema, place)) if (!problems.has(field)) problems.set(field, message)
  }
  if (problems.size === 0) problems.set(place, 'is not what this route takes')
  return [...problems].map(([field, message]) => ({ field, message }))
}

function problemsOf(fault: Fault, schema: Loose, place: Place): [string, string][] {
  const field = place + fault.instancePath.split('/').slice(1).map(nameOf).join('')
  const names = (key: string) => (fault.params[key] as string[]).map((name) => [`${field}.${name}`.slice(0, 200), name] as const)
  if (fault.keyword === 'required') return names('requiredProperties').map(([path]) => [path, 'is missing'])
  if (fault.keyword === 'additionalProperties') {
    const known = Object.keys((schemaAt(schema, fault.schemaPath)?.['properties'] ?? {}) as object)
    return names('additionalProperties').map(([path]) => [
      path,
      known.length === 0 ? 'is not known here; nothing is' : `is not known here; known are ${known.join(', ')}`,
    ])
  }
  return [[field, allowedBy(fault, schemaAt(schema, fault.schemaPath))]]
}

function allowedBy(fault: Fault, schema: Loose | undefined): string {
  const description = typeof schema?.['description'] === 'string' ? schema['description'] : undefined
  switch (fault.keyword) {
    case 'enum':
      return `must be one of ${(fault.params['allowedValues'] as unknown[]).join(', ')}`
    case 'type':
      return `must be ${article(String(fault.params['type']))}${description === undefined ? '' : ` (${description})`}`
    case 'pattern':
    case 'anyOf':
      return description === undefined ? fault.message : `must be ${description}`
    default:
      return `${boundsOf(fault)}${description === undefined ? '' : ` (${description})`}`
  }
}

const bounds: Readonly<Record<string, readonly [words: string, one: string, many: string]>> = {
  minItems: ['must have at least', ' entry', ' entries'],
  maxItems: ['must have at most', ' entry', ' entries'],
  minLength: ['must have at least', ' character', ' characters'],
  maxLength: ['must have at most', ' character', ' characters'],
  minimum: ['must be at least', '', ''],
  exclusiveMinimum: ['must be more than', '', ''],
  maximum: ['must be at most', '', ''],
  exclusiveMaximum: ['must be less than', '', ''],
}

/** In words, where the compiler of schemas has symbols. */
function boundsOf({ keyword, params, message }: Fault): string {
  const [words, one, many] = bounds[keyword] ?? []
  if (words === undefined) return keyword === 'uniqueItems' ? 'must not have the same entry twice' : message
  const limit = Number(params['limit'])
  return `${words} ${limit.toLocaleString('en-US')}${limit === 1 ? one : many}`
}

const article = (type: string) => (/^[aeiou]/.test(type) ? `an ${type}` : `a ${type}`)

/** `/messages/3/priority` part by part: `.messages`, `[3]`, `.priority`. */
function nameOf(part: string): string {
  return /^\d+$/.test(part) ? `[${part}]` : `.${part.replaceAll('~1', '/').replaceAll('~0', '~')}`.slice(0, 100)
}

function schemaAt(schema: Loose, schemaPath: string): Loose | undefined {
  let at: unknown = schema
  for (const part of schemaPath.split('/').slice(1))
    at = (at as Record<string, unknown> | undefined)?.[part.replaceAll('~1', '/').replaceAll('~0', '~')]
  return at as Loose | undefined
}
