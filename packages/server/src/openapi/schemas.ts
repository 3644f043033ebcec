import * as contract from '@millrace/contract'

export type JsonSchema = Readonly<Record<string, unknown>>

/** Schemas of the contract by identity: wherever one is used, its name is referred to. */
const names = new Map<unknown, string>(
  Object.entries(contract).flatMap(([name, value]) => (/^[A-Z]/.test(name) && typeof value === 'object' ? [[value, name] as const] : [])),
)

/** Collects the schemas that a document refers to. */
export class Schemas {
  readonly #components = new Map<string, JsonSchema>()

  /** A schema as OpenAPI 3.1 has it: a reference for what has a name, tuples in the words of JSON Schema 2020-12. */
  of(schema: unknown): JsonSchema {
    const name = names.get(schema)
    if (name === undefined) return this.#plain(schema)
    if (!this.#components.has(name)) {
      // First the place, so that what refers to itself ends.
      this.#components.set(name, {})
      this.#components.set(name, this.#plain(schema))
    }
    return { $ref: `#/components/schemas/${name}` }
  }

  /** By name, ascending. */
  get components(): Readonly<Record<string, JsonSchema>> {
    return Object.fromEntries([...this.#components].toSorted(([one], [other]) => (one < other ? -1 : 1)))
  }

  #plain(schema: unknown): JsonSchema {
    const entries = Object.entries(schema as JsonSchema).map(([key, value]) => [key, this.#part(key, value)] as const)
    const { additionalItems: _, ...plain } = Object.fromEntries(entries)
    const { enum: words } = plain
    if (Array.isArray(words) && words.every((word) => typeof word === 'string')) return { type: 'string', ...plain }
    if (!Array.isArray(plain['items'])) return plain
    const { items, ...tuple } = plain
    return { ...tuple, prefixItems: items, items: false, maxItems: items.length }
  }

  #part(key: string, value: unknown): unknown {
    if (['properties', 'patternProperties'].includes(key)) {
      return Object.fromEntries(Object.entries(value as JsonSchema).map(([name, schema]) => [name, this.of(schema)]))
    }
    if (['anyOf', 'allOf', 'oneOf'].includes(key)) return (value as readonly unknown[]).map((schema) => this.of(schema))
    if (key === 'items') return Array.isArray(value) ? value.map((schema) => this.of(schema)) : this.of(value)
    return key === 'not' ? this.of(value) : value
  }
}
