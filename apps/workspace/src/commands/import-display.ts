import { SingleBar } from 'cli-progress'
import type { ImportProgress } from '@millrace/contract'

/** Shows how far an import is. */
export interface ImportDisplay {
  show(progress: ImportProgress, sent: number): void
  end(): void
}

const sayEveryMs = 2_000

/** A bar that moves on a terminal; elsewhere a plain line every two seconds in which something changed. */
export function createDisplay(output: NodeJS.WriteStream, total: number): ImportDisplay {
  return output.isTTY ? new BarDisplay(output, total) : new LineDisplay(output, total)
}

class BarDisplay implements ImportDisplay {
  readonly #bar: SingleBar

  constructor(output: NodeJS.WriteStream, total: number) {
    this.#bar = new SingleBar({
      format: ' {bar} {value}/{total} files · {sent} sent · {stored} stored · {indexed} found by search',
      barCompleteChar: '█',
      barIncompleteChar: '░',
      barsize: 24,
      hideCursor: true,
      stream: output,
      // Ctrl-C is the command's: it tells the server first.
      gracefulExit: false,
    })
    this.#bar.start(total, 0, { sent: 0, stored: 0, indexed: 0 })
  }

  show({ counts }: ImportProgress, sent: number): void {
    this.#bar.update(settled(counts), { sent, stored: counts.stored, indexed: counts.indexed })
  }

  end(): void {
    this.#bar.stop()
  }
}

class LineDisplay implements ImportDisplay {
  readonly #output: NodeJS.WriteStream
  readonly #total: number
  #saidAtMs = 0
  #said = ''

  constructor(output: NodeJS.WriteStream, total: number) {
    this.#output = output
    this.#total = total
  }

  show({ counts }: ImportProgress, sent: number): void {
    const line = `${settled(counts)}/${this.#total} files · ${sent} sent · ${counts.stored} stored · ${counts.indexed} found by search\n`
    const nowMs = performance.now()
    if (line === this.#said || (nowMs - this.#saidAtMs < sayEveryMs && settled(counts) < this.#total)) return
    this.#output.write(line)
    this.#said = line
    this.#saidAtMs = nowMs
  }

  end(): void {
    // Every line is complete.
  }
}

function settled(counts: ImportProgress['counts']): number {
  return counts.indexed + counts.failed + counts.cancelled + counts.skipped
}
