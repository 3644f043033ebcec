/** What a stream of the workspace tells. Each event says how things stand, so one that was missed takes nothing away from the next. */
import { Type } from 'typebox'
import type { Static } from 'typebox'
import { record } from '../primitives.ts'
import { ImportProgress } from './imports.ts'

/** Differs from the one before when a document was written or changed: read again what is shown. */
export const DocumentsChanged = record({ revision: Type.String() })
export type DocumentsChanged = Static<typeof DocumentsChanged>

/** How far an import is that goes on; told to those who may import. */
export const ImportMoved = Type.Pick(ImportProgress, ['id', 'state', 'counts'])
export type ImportMoved = Static<typeof ImportMoved>
