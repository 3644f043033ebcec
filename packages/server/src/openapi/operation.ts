import type { Route, RouteName } from '@millrace/contract'
import { defaultLimits, windowSeconds } from '../limits/policies.ts'
import { examples } from './examples.ts'
import type { LooseExample } from './examples.ts'
import type { JsonSchema, Schemas } from './schemas.ts'

/** One row of the table in the words of OpenAPI 3.1. */
export function operationOf(name: RouteName, row: Route, schemas: Schemas): JsonSchema {
  const example: LooseExample = examples[name]
  return {
    operationId: name,
    summary: row.summary,
    description: demandsOf(row),
    tags: [tagOf(row.path)],
    security: row.role === 'public' ? [] : [{ bearer: [] }, ...(row.path.startsWith('/api/') ? [{ session: [] }] : [])],
    parameters: [
      ...parametersOf('path', row.params, example.params, schemas),
      ...parametersOf('query', row.query, example.query, schemas),
      ...parametersOf('header', row.headers, example.headers, schemas),
    ],
    ...bodyOf(row, example, schemas),
    responses: { [row.status]: answerOf(row, example, schemas), ...otherAnswers(row, example, schemas), ...problemsOf(row) },
  }
}

/** `/queues/:queueName` → `/queues/{queueName}`. */
export function templateOf(path: string): string {
  return path.replaceAll(/:(\w+)/g, '{$1}')
}

const tags: readonly (readonly [prefix: string, tag: string])[] = [
  ['/api/performance/queues', 'Queues'],
  ['/api/performance', 'Performance'],
  ['/metrics', 'Performance'],
  ['/api/queues', 'Queues'],
  ['/api/session', 'Session'],
  ['/health', 'Health'],
]
const tagOf = (path: string) => tags.find(([prefix]) => path.startsWith(prefix))?.[1] ?? 'Workspace'

function demandsOf({ role, policy, audited }: Route): string {
  const limit =
    policy === 'none'
      ? 'Not limited'
      : `${policy === 'auth' ? 'Counts only without a valid token,' : 'Counts'} in the limit \`${policy}\`: ${defaultLimits[policy]} requests in ${windowSeconds / 60} minutes by default`
  const who = role === 'public' ? 'For anybody.' : `Needs the role \`${role}\`.`
  return `${who} ${limit}.${audited ? ' Each request is recorded in the audit.' : ''}`
}

function parametersOf(place: string, given: Route['params'], example: Readonly<Record<string, unknown>> = {}, schemas: Schemas) {
  const required: readonly string[] = given?.required ?? []
  return Object.entries(given?.properties ?? {}).map(([name, schema]) => ({
    name,
    in: place,
    // A default fills in what is left out.
    required: place === 'path' || (required.includes(name) && !('default' in schema)),
    schema: schemas.of(schema),
    ...(Object.hasOwn(example, name) ? { example: example[name] } : {}),
  }))
}

function bodyOf(row: Route, example: LooseExample, schemas: Schemas): JsonSchema {
  if (row.bodyKind === 'multipart') {
    const files = { type: 'array', items: { type: 'string', format: 'binary' }, description: 'one part a file' }
    return { requestBody: { required: true, content: { 'multipart/form-data': { schema: { type: 'object', properties: { files } } } } } }
  }
  if (row.body === undefined) return {}
  return { requestBody: { required: true, content: { 'application/json': { schema: schemas.of(row.body), example: example.body } } } }
}

function answerOf(row: Route, { answer }: LooseExample, schemas: Schemas): JsonSchema {
  if (row.websocket === true) return { description: 'The WebSocket is open' }
  if (row.events !== undefined) return streamOf(row, row.events, answer, schemas)
  const kinds = row.contentTypes ?? ['application/json']
  const texts = answer as Readonly<Record<string, string>>
  const content = kinds.map((kind) => [
    kind,
    { schema: schemas.of(row.answer), example: row.contentTypes === undefined ? answer : texts[kind] },
  ])
  const isCounted = row.policy !== 'none' && row.policy !== 'auth'
  const headers = !isCounted ? {} : { headers: { RateLimit: { $ref: '#/components/headers/RateLimit' } } }
  return { description: row.summary, ...headers, content: Object.fromEntries(content) }
}

/** OpenAPI 3.1 has no words for events: the data of each is shown as one of the schemas, and how they look on the line as text. */
function streamOf(row: Route, events: NonNullable<Route['events']>, answer: unknown, schemas: Schemas): JsonSchema {
  const [first] = Object.keys(events)
  const schema = {
    anyOf: Object.values(events).map((event) => schemas.of(event)),
    description: `the data of ${Object.keys(events).join(' or ')}`,
  }
  const example = `event: ${first}\ndata: ${JSON.stringify(answer).slice(0, 120)}…\n\n`
  const examples = { event: { summary: 'One event, cut', value: example } }
  return { description: row.summary, content: { 'text/event-stream': { schema, examples } } }
}

function otherAnswers(row: Route, example: LooseExample, schemas: Schemas): JsonSchema {
  return {
    ...(row.hasTag === true ? { 304: { description: 'Nothing new since the answer with this ETag' } } : {}),
    ...(row.unwellStatus === undefined
      ? {}
      : { [row.unwellStatus]: { ...answerOf(row, example, schemas), description: 'The same, and it is not well' } }),
  }
}

/** The refusals that a row can end in; anything else is `default`. */
function problemsOf(row: Route): JsonSchema {
  const has = { input: row.params ?? row.query ?? row.body ?? row.headers, body: row.body ?? row.bodyKind }
  const codes = [
    ...(has.input === undefined ? [] : ['400']),
    ...(row.role === 'public' && row.policy !== 'auth' ? [] : ['401']),
    ...(row.role === 'public' || row.role === 'viewer' ? [] : ['403']),
    ...(row.params === undefined ? [] : ['404']),
    ...(has.body === undefined ? [] : ['413', '415']),
    ...(row.policy === 'none' ? [] : ['429']),
    ...(row.websocket === true ? ['426'] : []),
    ...(row.unwellStatus === undefined ? ['503'] : []),
    'default',
  ]
  return Object.fromEntries(codes.map((code) => [code, { $ref: `#/components/responses/${code}` }]))
}
