import { Type } from 'typebox'
import { record } from '../primitives.ts'
import type { Route } from '../route.ts'
import { People } from './people.ts'
import { Reindex, SearchAnswer, Suggestions } from './search.ts'
import { Trends } from './trends.ts'

/** The rows of finding things: documents, people, and what is read most. */
export const searchRoutes = {
  search: {
    method: 'GET',
    path: '/api/workspace/search',
    policy: 'workspace',
    role: 'viewer',
    audited: false,
    summary: 'Find documents by their words',
    query: record({ q: Type.String({ minLength: 1, maxLength: 200 }), limit: Type.Integer({ minimum: 1, maximum: 100, default: 20 }) }),
    status: 200,
    answer: SearchAnswer,
  },
  suggest: {
    method: 'GET',
    path: '/api/workspace/suggest',
    policy: 'workspace',
    role: 'viewer',
    audited: false,
    summary: 'Titles that have a word which begins with what is typed',
    query: record({ q: Type.String({ minLength: 1, maxLength: 200 }), limit: Type.Integer({ minimum: 1, maximum: 20, default: 8 }) }),
    status: 200,
    answer: Suggestions,
  },
  listPeople: {
    method: 'GET',
    path: '/api/workspace/people',
    policy: 'workspace',
    role: 'viewer',
    audited: false,
    summary: 'Names that begin with what is typed behind an @',
    query: record({
      q: Type.Optional(Type.String({ maxLength: 64, description: 'all when left out' })),
      limit: Type.Integer({ minimum: 1, maximum: 50, default: 8 }),
    }),
    status: 200,
    answer: People,
  },
  startReindex: {
    method: 'POST',
    path: '/api/workspace/reindex',
    policy: 'workspace',
    role: 'operator',
    audited: true,
    summary: 'Make the search files of all processes anew; the old ones serve meanwhile, and what is under way goes on',
    status: 202,
    answer: Reindex,
  },
  getReindex: {
    method: 'GET',
    path: '/api/workspace/reindex',
    policy: 'workspace',
    role: 'viewer',
    audited: false,
    summary: 'How far the search files are made anew',
    status: 200,
    answer: Reindex,
  },
  getTrends: {
    method: 'GET',
    path: '/api/workspace/trends',
    policy: 'workspace',
    role: 'viewer',
    audited: false,
    summary: 'What was written, read and searched',
    status: 200,
    answer: Trends,
  },
} as const satisfies Record<string, Route>
