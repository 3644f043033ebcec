/** A version that is about to be written: what an import or an author hands over. */
export interface Draft {
  readonly documentId: string
  readonly title: string
  /** Where it came from, such as `notes/plan.md`; null for a document made in the workspace. */
  readonly path: string | null
  /** Markdown without NUL. */
  readonly text: string
  /** The subject who wrote or imported it. */
  readonly author: string
  /** The import it came with, else null. */
  readonly importId: string | null
}

/** One version whole. Staged until `putVersion`; from then on it never changes. */
export interface DocumentVersion extends Draft {
  /** 1, 2, 3 …; a number is never given twice, so there may be gaps. */
  readonly version: number
  readonly stagedAtMs: number
}

/** A document without its text, as of its current version. */
export interface DocumentSummary {
  readonly id: string
  readonly title: string
  readonly path: string | null
  readonly version: number
  /** UTF-8 bytes. */
  readonly textBytes: number
  /** When its first version was stored. */
  readonly createdAtMs: number
  readonly updatedAtMs: number
  readonly updatedBy: string
}

export interface StoredDocument extends DocumentSummary {
  readonly text: string
}

export interface VersionSummary {
  readonly version: number
  readonly title: string
  readonly textBytes: number
  readonly createdAtMs: number
  readonly author: string
}

/** `unchanged`: the current version has this title, path and text already, and `version` is its number. */
export interface Staged {
  readonly version: number
  readonly status: 'staged' | 'unchanged'
}

/** Documents whose current version should be looked at again, oldest change first. */
export interface Changes {
  readonly documentIds: readonly string[]
  /** Where to go on; hand it to the next call. */
  readonly cursor: string
  /** True when more changes wait behind the cursor. */
  readonly more: boolean
}

/** At most this many stored versions are kept of one document; older ones leave as new ones come. */
export const keptVersions = 100

/**
 * Documents with their versions. A version's text is staged first and becomes a version by number, so that a message need only
 * carry the number however long the text is. Every call may be repeated.
 *
 * Followers (search files) learn of new versions by the change log: `announce` appends, `changesSince` reads on, `onChange` wakes.
 */
export interface DocumentStore {
  /** Names this set of documents: random, made once. A search file made for another set is worthless. */
  identity(): Promise<string>
  /**
   * Keeps the draft under a version number of its own without making it visible. The same draft of the same import staged again keeps its
   * number.
   */
  stage(draft: Draft): Promise<Staged>
  /**
   * Makes a staged version a version of the document, and the current one unless a newer one is.
   * `missing`: nothing was staged under this number, or it was discarded.
   */
  putVersion(documentId: string, version: number): Promise<'stored' | 'already' | 'missing'>
  /** Forgets a staged version; `stored`: it became a version before, and stays. */
  discard(documentId: string, version: number): Promise<'discarded' | 'stored'>
  /**
   * Removes the document with all its versions, staged ones too. Its numbers are not given again.
   * @returns whether it was there
   */
  delete(documentId: string): Promise<boolean>
  /** The current version. */
  get(documentId: string): Promise<StoredDocument | undefined>
  /** One version, staged or stored. */
  getVersion(documentId: string, version: number): Promise<DocumentVersion | undefined>
  /** The newest stored version older than this one. */
  versionBefore(documentId: string, version: number): Promise<DocumentVersion | undefined>
  /** Stored versions, newest first, at most `keptVersions`. */
  versions(documentId: string): Promise<VersionSummary[]>
  /** Last changed first. O(offset + limit) at most. */
  list(page: { offset: number; limit: number }): Promise<{ documents: DocumentSummary[]; total: number }>
  /** Of each of these that is there, in the order asked for. O(ids). */
  summaries(documentIds: readonly string[]): Promise<DocumentSummary[]>
  /** Tells all followers that the document has a version they may not have seen. */
  announce(documentId: string): Promise<void>
  /** Changes behind `cursor`, at most some hundreds; undefined when the log no longer reaches back that far: list everything instead. */
  changesSince(cursor: string): Promise<Changes | undefined>
  /** The cursor behind all changes so far. */
  latestChange(): Promise<string>
  /** Hears that something was announced, in whichever process; a wake-up may be lost, the log keeps what it told of. */
  onChange(listener: () => void): Promise<() => Promise<void>>
  close(): Promise<void>
}
