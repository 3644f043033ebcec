import type { RouteName } from '@millrace/contract'
import type { Examples } from '../examples.ts'
import { momentMs } from './moment.ts'
import type { performanceExamples } from './performance.ts'
import type { queueExamples } from './queues.ts'
import type { sessionExamples } from './session.ts'

const params = { id: 'minutes' }
const document = {
  id: 'minutes',
  title: 'Minutes',
  path: null,
  version: 2,
  createdAtMs: momentMs - 3_600_000,
  updatedAtMs: momentMs,
  updatedBy: 'ada',
}
const counted = { documents: 12, words: 4_310, views: 80, searches: 9, mentions: 3 }
const counts = { received: 120, skipped: 1, accepted: 119, stored: 119, unchanged: 0, indexed: 119, mentions: 3, failed: 0, cancelled: 0 }
const progress = {
  id: 'notes',
  state: 'done',
  counts,
  skipped: [{ path: 'notes/photo.md', reason: 'not-text', detail: 'a binary file: it holds NUL bytes' }],
  failed: [],
  startedBy: 'ada',
  createdAtMs: momentMs - 8_000,
  finishedAtMs: momentMs,
} as const
const reindex = { state: 'running', done: 40, total: 119, startedBy: 'ada', startedAtMs: momentMs, finishedAtMs: null } as const
const sample = { running: true, queue: 'sample', startedAtMs: momentMs, endsAtMs: momentMs + 300_000, by: 'ada' }

/** Every operation outside queues, figures and sessions. */
type Rest = Exclude<RouteName, keyof typeof performanceExamples | keyof typeof queueExamples | keyof typeof sessionExamples>

export const workspaceExamples: Examples<Rest> = {
  createDocument: { body: { title: 'Minutes', text: 'The miller asked @ada.' }, answer: { id: 'minutes' } },
  listDocuments: { query: { limit: 20, order: 'recent' }, answer: { documents: [{ ...document, textBytes: 22 }], total: 1 } },
  getDocument: { params, answer: { ...document, text: 'The miller asked @ada.', watching: true } },
  listVersions: {
    params,
    answer: { id: 'minutes', versions: [{ version: 2, title: 'Minutes', textBytes: 22, createdAtMs: momentMs, author: 'ada' }] },
  },
  getVersion: {
    params: { id: 'minutes', version: 2 },
    answer: { id: 'minutes', version: 2, title: 'Minutes', text: 'The miller asked @ada.', createdAtMs: momentMs, author: 'ada' },
  },
  restoreVersion: { params: { id: 'minutes', version: 2 }, answer: { id: 'minutes', version: 5 } },
  deleteDocument: { params, answer: { id: 'minutes' } },
  exportDocument: { params, answer: { 'text/markdown; charset=utf-8': 'The miller asked @ada.' } },
  exportWorkspace: { answer: { 'application/zip': 'PK…' } },
  openRoom: { params, answer: null },
  getRendered: {
    params,
    answer: {
      id: 'minutes',
      version: 2,
      html: '<h2 id="section-wheel">Wheel</h2>\n<p>The miller asked.</p>\n',
      outline: [{ level: 2, text: 'Wheel', anchor: 'section-wheel' }],
      truncated: false,
    },
  },
  getLinks: {
    params,
    answer: {
      id: 'minutes',
      links: [{ written: 'Mill race', title: 'Mill race', id: 'race' }],
      backlinks: [{ id: 'plan', title: 'Plan', snippet: 'As in the Minutes.' }],
    },
  },
  getDocumentMessages: {
    params,
    answer: {
      id: 'minutes',
      messages: [
        {
          queue: 'search-operations',
          id: 'index:minutes:2',
          name: 'index-version',
          level: 'normal',
          state: 'completed',
          enqueuedAtMs: momentMs,
          finishedAtMs: momentMs + 12,
          cause: { version: 2, author: 'ada' },
        },
      ],
    },
  },
  getActivity: {
    params,
    answer: {
      id: 'minutes',
      readers: 3,
      edits: 2,
      days: [{ day: '2027-01-15', readers: 3, edits: 2 }],
      editors: [{ name: 'ada', edits: 2 }],
    },
  },
  watchDocument: { params, answer: { id: 'minutes', watching: true } },
  unwatchDocument: { params, answer: { id: 'minutes', watching: false } },
  suggest: { query: { q: 'min' }, answer: { query: 'min', titles: [{ id: 'minutes', title: 'Minutes', path: null }] } },
  listPeople: { query: { q: 'a' }, answer: { people: [{ name: 'ada' }] } },
  startReindex: { answer: reindex },
  getReindex: { answer: reindex },
  search: {
    query: { q: 'miller', limit: 20 },
    answer: {
      query: 'miller',
      results: [{ id: 'minutes', title: 'Minutes', path: null, snippet: 'The miller asked @ada.', marks: [[4, 10]] }],
      total: 1,
    },
  },
  getInbox: {
    query: { limit: 50 },
    answer: {
      items: [
        {
          id: '1',
          kind: 'mention',
          urgent: false,
          documentId: 'minutes',
          title: 'Minutes',
          excerpt: 'The miller asked @ada.',
          from: 'grace',
          createdAtMs: momentMs,
          read: false,
        },
      ],
      unread: 1,
    },
  },
  readInbox: { body: { ids: ['1'] }, answer: { unread: 0 } },
  watchWorkspace: { answer: { unread: 1 } },
  getTrends: {
    answer: {
      totals: counted,
      days: [{ day: '2027-01-15', ...counted }],
      documents: [{ id: 'minutes', title: 'Minutes', views: 80 }],
      searches: [{ query: 'miller', count: 9 }],
    },
  },
  startImport: { query: { id: 'notes' }, answer: { id: 'notes', received: 120, accepted: 119, skipped: 1 } },
  getImport: { params: { id: 'notes' }, answer: progress },
  cancelImport: { params: { id: 'notes' }, answer: { ...progress, state: 'cancelled' } },
  getSampleTraffic: { answer: sample },
  startSampleTraffic: { body: { minutes: 5 }, answer: sample },
  stopSampleTraffic: { answer: { ...sample, running: false, startedAtMs: null, endsAtMs: null, by: null } },
}
