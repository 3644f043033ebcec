import type { Examples } from '../examples.ts'
import { momentMs } from './moment.ts'

const session = { subject: 'ada', name: 'Ada Lovelace', role: 'operator', expiresAtMs: momentMs + 12 * 3_600_000 } as const

export const sessionExamples: Examples<'createSession' | 'getSession' | 'deleteSession'> = {
  createSession: { body: { token: 'q83vEjRWeJASNFZ4kKu83g' }, answer: session },
  getSession: { answer: session },
  deleteSession: { answer: { signedOut: true } },
}
