import { access, open } from 'node:fs/promises'
import { join } from 'node:path'

/** What is read of one file at most; the files of /proc and /sys that are read here put what is wanted first. */
const maxBytes = 65_536

/** The small files in which the kernel tells its figures. */
export class KernelFiles {
  readonly #root: string

  /** @param root in front of every path: a folder of tests has `proc` and `sys` of its own */
  constructor(root = '/') {
    this.#root = root
  }

  /** The first 64 KiB as text; undefined where there is no such file or it must not be read. */
  async text(path: string): Promise<string | undefined> {
    try {
      const file = await open(join(this.#root, path))
      try {
        const buffer = Buffer.allocUnsafe(maxBytes)
        let length = 0
        // The kernel may answer a file in parts.
        for (let read = 1; read > 0 && length < maxBytes; length += read) {
          read = (await file.read(buffer, length, maxBytes - length)).bytesRead
        }
        return buffer.toString('utf8', 0, length)
      } finally {
        await file.close()
      }
    } catch {
      return undefined
    }
  }

  async exists(path: string): Promise<boolean> {
    try {
      await access(join(this.#root, path))
      return true
    } catch {
      return false
    }
  }
}
