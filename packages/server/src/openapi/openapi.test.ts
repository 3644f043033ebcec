import { routes } from '@millrace/contract'
import type { Route, RouteName } from '@millrace/contract'
import { Validator } from '@seriousme/openapi-schema-validator'
import { Value } from 'typebox/value'
import type { TSchema } from 'typebox'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startHarness } from '../harness.test.setup.ts'
import type { Harness } from '../harness.test.setup.ts'
import { openApiDocument } from './document.ts'
import { examples } from './examples.ts'
import type { LooseExample } from './examples.ts'

const rows = Object.entries(routes) as [RouteName, Route][]
const whole = openApiDocument(Object.values(routes), { prefix: '', version: '1.2.3', cookie: 'session' })

interface Described {
  readonly paths: Readonly<Record<string, Readonly<Record<string, { readonly operationId: string; readonly summary: string }>>>>
  readonly servers: readonly { readonly url: string }[]
}
const operationsOf = ({ paths }: Described) =>
  Object.values(paths).flatMap((path) => Object.values(path).map(({ operationId }) => operationId))

function expectValid(schema: TSchema | undefined, value: unknown): void {
  if (schema === undefined) expect(value).toBeUndefined()
  else expect(Value.Errors(schema, value)).toEqual([])
}

describe('the document', () => {
  it('is OpenAPI 3.1, every reference in it leads somewhere, and every schema is JSON Schema 2020-12', async () => {
    const validator = new Validator()
    expect(await validator.validate(structuredClone(JSON.parse(JSON.stringify(whole))))).toEqual({ valid: true })
    expect(validator.version).toBe('3.1')
    const text = JSON.stringify(whole)
    for (const [, pointer] of text.matchAll(/"\$ref":"#\/([^"]+)"/g)) {
      const target = String(pointer)
        .split('/')
        .reduce<unknown>((at, part) => (at as Record<string, unknown> | undefined)?.[part], whole)
      expect(target, pointer).toBeDefined()
    }
    // What draft 7 says of tuples would be ignored without a word.
    const { components } = whole as { components: { schemas: unknown } }
    expect(JSON.stringify(components.schemas).match(/"items":\[|"additionalItems"/)).toBeNull()
  })

  it('has every operation of the table, each once', () => {
    expect(operationsOf(whole as unknown as Described)).toEqual(Object.keys(routes))
  })
})

describe('the example of', () => {
  it.each(rows)('%s is what its schemas allow', (name, row) => {
    const example: LooseExample = examples[name]
    if (row.contentTypes === undefined) expectValid(row.answer, example.answer)
    else {
      expect(Object.keys(example.answer as object).toSorted()).toEqual([...row.contentTypes].toSorted())
      for (const text of Object.values(example.answer as object)) expectValid(row.answer, text)
    }
    expectValid(row.params, example.params)
    expectValid(row.body, example.body)
    if (row.query !== undefined) expectValid(row.query, Value.Default(row.query, { ...example.query }))
    if (example.headers !== undefined) expectValid(row.headers, example.headers)
  })
})

describe('served', () => {
  let harness: Harness
  beforeAll(async () => {
    harness = await startHarness('embedded', { queues: { mail: {} } })
  })
  afterAll(() => harness.close())

  it('tells exactly what this server answers, to anybody', async () => {
    const answer = await harness.ask('GET', '/openapi.json')
    expect(answer.headers['content-type']).toMatch(/^application\/json/)
    const described = answer.json<Described>()
    const operations = operationsOf(described)
    expect(operations).toContain('getQueue')
    // Nobody serves the workspace here.
    expect(operations).not.toContain('search')
    for (const [path, methods] of Object.entries(described.paths)) {
      for (const method of Object.keys(methods)) {
        const url = path.replaceAll(/\{\w+\}/g, 'mail')
        expect((await harness.ask(method.toUpperCase(), url)).statusCode, `${method} ${path}`).not.toBe(404)
      }
    }
  })

  it('has a page to read it on, whose parts all come from this server and run under its policy', async () => {
    for (const path of ['/docs', '/docs/']) {
      const page = await harness.ask('GET', path)
      expect([page.statusCode, page.headers['content-type']]).toEqual([200, 'text/html; charset=utf-8'])
      expect(page.headers['content-security-policy']).toContain("script-src 'self';style-src 'self'")
      expect(page.body).not.toMatch(/<script>|<style|style=| on\w+=|https?:\/\//)
      const parts = [...page.body.matchAll(/(?:href|src)="([^"]+)"/g)].map(([, link]) => new URL(String(link), `http://x${path}`).pathname)
      expect(parts.length).toBeGreaterThan(5)
      for (const part of parts) expect((await harness.ask('GET', part)).statusCode, part).toBe(200)
    }
    expect((await harness.ask('GET', '/docs/json')).json()).toEqual((await harness.ask('GET', '/openapi.json')).json())
    for (const path of ['/docs/static/../../../package.json', '/docs/static/%2e%2e/package.json', '/docs/static/none.js'])
      expect((await harness.ask('GET', path)).statusCode).toBe(404)
  })
})
