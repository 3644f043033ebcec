import { statfsSync } from 'node:fs'

const readEveryMs = 1_000
const mib = 1024 * 1024
/** The last part of the disk on which the ratio rises from 0 to 1: a tenth of it, at most this much. */
const windowBytes = 1024 * mib
/** Of that part, what is kept for finishing what was taken: nothing new is welcome once it is touched. */
const keptShare = 1 / 16

/** How near the disk is to full, by figures at most a second old. */
export class DiskGauge {
  readonly #directory: string
  #readAtMs = -Infinity
  #totalBytes = 0
  #freeBytes: number | undefined

  constructor(directory: string) {
    this.#directory = directory
  }

  /**
   * null while at least 1 GiB (or a tenth of a smaller disk) is free, for then the figure would say nothing about this store. Below
   * that it rises from 0 to 1, which is reached when a sixteenth of it is left.
   */
  fillRatio(): number | null {
    this.#read()
    if (this.#freeBytes === undefined) return null
    const window = Math.min(windowBytes, this.#totalBytes / 10)
    if (this.#freeBytes >= window) return null
    return Math.min(1, (window - this.#freeBytes) / (window * (1 - keptShare)))
  }

  warnings(): string[] {
    const ratio = this.fillRatio()
    if (ratio === null || this.#freeBytes === undefined) return []
    return [`The disk of ${this.#directory} is nearly full: ${Math.floor(this.#freeBytes / mib)} MiB are free.`]
  }

  #read(): void {
    const nowMs = performance.now()
    if (nowMs - this.#readAtMs < readEveryMs) return
    this.#readAtMs = nowMs
    try {
      const { blocks, bavail, bsize } = statfsSync(this.#directory)
      this.#totalBytes = blocks * bsize
      this.#freeBytes = bavail * bsize
    } catch {
      // No figure: the file system does not tell.
      this.#freeBytes = undefined
    }
  }
}
