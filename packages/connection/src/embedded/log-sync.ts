import { closeSync, fdatasync, fdatasyncSync, fsyncSync, openSync } from 'node:fs'
import { dirname } from 'node:path'

const everyMs = 1_000

/**
 * Brings the write-ahead log to the disk within a second of a commit, without holding up the thread: what a power cut can take is
 * the last second or two. (With `synchronous = NORMAL` SQLite itself syncs only when it moves the log into the file.)
 */
export class LogSync {
  readonly #file: string
  readonly #onFailure: (error: unknown) => void
  #descriptor: number | undefined
  #timer: NodeJS.Timeout | undefined
  #dirty = false
  #syncing = false
  #closed = false

  constructor(databaseFile: string, onFailure: (error: unknown) => void) {
    this.#file = `${databaseFile}-wal`
    this.#onFailure = onFailure
  }

  /** Something was committed. */
  touch(): void {
    this.#dirty = true
    this.#timer ??= setTimeout(() => this.#sync(), everyMs)
  }

  #sync(): void {
    this.#timer = undefined
    if (this.#syncing) return
    this.#dirty = false
    this.#syncing = true
    try {
      fdatasync(this.#open(), (error) => {
        this.#syncing = false
        if (this.#closed) this.#release()
        if (error) this.#onFailure(error)
        else if (this.#dirty) this.touch()
      })
    } catch (error) {
      this.#syncing = false
      this.#onFailure(error)
    }
  }

  /** Opened once: the log stays the same file for as long as the database is open. */
  #open(): number {
    if (this.#descriptor === undefined) {
      this.#descriptor = openSync(this.#file, 'r+')
      syncFolder(dirname(this.#file))
    }
    return this.#descriptor
  }

  #release(): void {
    if (this.#descriptor !== undefined) closeSync(this.#descriptor)
    this.#descriptor = undefined
  }

  /** A last sync, now. Throws when it fails. */
  close(): void {
    clearTimeout(this.#timer)
    this.#closed = true
    try {
      if (this.#dirty) fdatasyncSync(this.#open())
    } finally {
      this.#dirty = false
      if (!this.#syncing) this.#release()
    }
  }
}

/** So that a power cut cannot take the new file's name. Some systems refuse to sync a folder; they keep names by themselves. */
function syncFolder(folder: string): void {
  try {
    const descriptor = openSync(folder, 'r')
    try {
      fsyncSync(descriptor)
    } finally {
      closeSync(descriptor)
    }
  } catch {
    return
  }
}
