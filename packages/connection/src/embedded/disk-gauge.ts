import { statfsSync } from 'node:fs'

const readEveryMs = 1_000
const mib = 1024 * 1024
/** The last part of the disk on which the ratio rises from 0 to 1: a tenth of it, at most this much. */
const windowBytes = 1024 * mib
/** Of that part, what is kept for finishing what was taken: nothing new is welcome once it is touched. */
const keptShare = 1 / 16

/**
 * null while at least 1 GiB (or a tenth of a smaller disk) is free, for then the figure would say nothing about the store. Below that
 * it rises from 0 to 1, which is reached when a sixteenth of that GiB (or tenth) is left.
 */
export function diskFillRatio(space: { readonly totalBytes: number; readonly freeBytes: number }): number | null {
  const window = Math.min(windowBytes, space.totalBytes / 10)
  if (space.freeBytes >= window) return null
  return Math.min(1, (window - space.freeBytes) / (window * (1 - keptShare)))
}

/** How near the disk is to full, by figures at most a second old. */
export class DiskGauge {
  readonly #directory: string
  #readAtMs = -Infinity
  #space: { totalBytes: number; freeBytes: number } | undefined

  constructor(directory: string) {
    this.#directory = directory
  }

  /** See `diskFillRatio`; null, too, where the file system does not tell. */
  fillRatio(): number | null {
    this.#read()
    return this.#space ? diskFillRatio(this.#space) : null
  }

  /** Size of the file system; null where it does not tell. */
  totalBytes(): number | null {
    this.#read()
    return this.#space && this.#space.totalBytes > 0 ? this.#space.totalBytes : null
  }

  warnings(): string[] {
    if (this.fillRatio() === null || !this.#space) return []
    return [`The disk of ${this.#directory} is nearly full: ${Math.floor(this.#space.freeBytes / mib)} MiB are free.`]
  }

  #read(): void {
    const nowMs = performance.now()
    if (nowMs - this.#readAtMs < readEveryMs) return
    this.#readAtMs = nowMs
    try {
      const { blocks, bavail, bsize } = statfsSync(this.#directory)
      this.#space = { totalBytes: blocks * bsize, freeBytes: bavail * bsize }
    } catch {
      this.#space = undefined
    }
  }
}
