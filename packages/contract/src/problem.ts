import { Type } from 'typebox'
import type { Static } from 'typebox'

/** One field of a request that was not accepted. */
export const FieldProblem = Type.Object({
  field: Type.String({ description: 'where: `body.messages[3].priority`, `query.limit`, `path.queueName`' }),
  message: Type.String({ description: 'what is wrong and what is allowed' }),
})
export type FieldProblem = Static<typeof FieldProblem>

/** Every refusal and every failure: RFC 9457, as application/problem+json. Branch on `code`. */
export const Problem = Type.Object({
  type: Type.String({ description: '`urn:millrace:error:<code>`' }),
  title: Type.String({ description: 'the code as words; the same for every occurrence' }),
  status: Type.Integer({ minimum: 400, maximum: 599 }),
  detail: Type.String({ description: 'this occurrence: what is wrong, what is allowed or what to do' }),
  code: Type.String({ description: 'one word of the error table, e.g. QUEUE_NOT_FOUND' }),
  instance: Type.String({ description: 'the path of the request, without its query' }),
  errors: Type.Optional(Type.Array(FieldProblem, { description: 'only for REQUEST_INVALID: at most 8 fields' })),
})
export type Problem = Static<typeof Problem>
