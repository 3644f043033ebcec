import type { Stage } from './stage.ts'

/** Rules of one verb: a sentence that is true, and what checks it on a fresh queue. */
export type Rules = Readonly<Record<string, (stage: Stage) => Promise<void>>>
