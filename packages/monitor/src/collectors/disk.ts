import { statfs } from 'node:fs/promises'
import { BoundedCall } from './bounded-call.ts'
import { derive, Missing } from './reading.ts'
import type { Reading } from './reading.ts'

const timeoutMs = 2000

/** What `statfs` tells of a file system, in its blocks. */
export interface FileSystem {
  readonly bsize: number
  readonly blocks: number
  readonly bfree: number
  readonly bavail: number
  readonly files: number
  readonly ffree: number
}

/** The columns of `df`. */
export interface DiskFigures {
  readonly path: string
  readonly usedBytes: Reading
  readonly totalBytes: Reading
  /** 0…100 of what unprivileged programs may use: the blocks kept for root are neither used nor free. */
  readonly usage: Reading
  readonly inodesUsage: Reading
}

/** The file system that holds a path. */
export class DiskCollector {
  readonly #path: string
  readonly #call: BoundedCall<FileSystem>

  constructor(path: string, ask: (path: string) => Promise<FileSystem> = statfs) {
    this.#path = path
    this.#call = new BoundedCall(`the file system of ${path}`, timeoutMs, () => ask(path))
  }

  async read(): Promise<DiskFigures> {
    const found = await this.#call.read()
    return {
      path: this.#path,
      usedBytes: derive(found, ({ blocks, bfree, bsize }) => (blocks - bfree) * bsize),
      totalBytes: derive(found, ({ blocks, bsize }) => blocks * bsize),
      usage: found instanceof Missing ? found : part(found.blocks - found.bfree, found.bavail, 'the file system has no blocks'),
      inodesUsage: found instanceof Missing ? found : part(found.files - found.ffree, found.ffree, 'the file system does not count inodes'),
    }
  }
}

function part(used: number, free: number, otherwise: string): Reading {
  return used + free > 0 ? (used / (used + free)) * 100 : new Missing(otherwise)
}
