import { once } from 'node:events'

/** Writes to standard output, also where the reader is slow. A reader that went away, such as `head`, ends the program in peace. */
export async function print(text: string): Promise<void> {
  const { stdout } = process
  if (stdout.listenerCount('error') === 0) {
    stdout.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'EPIPE') process.exit(0)
      throw error
    })
  }
  if (!stdout.write(text)) await once(stdout, 'drain')
}

/** Marks text for a terminal; elsewhere, and under NO_COLOR, it stays as it is. */
export function paintFor(stream: NodeJS.WriteStream, environment: NodeJS.ProcessEnv = process.env) {
  const { NO_COLOR, TERM } = environment
  const on = stream.isTTY && (NO_COLOR === undefined || NO_COLOR === '') && TERM !== 'dumb'
  const mark = (code: number) => (text: string) => (on ? `\u001B[${code}m${text}\u001B[0m` : text)
  return { bold: mark(1), dim: mark(2), red: mark(31), yellow: mark(33) }
}

export type Paint = ReturnType<typeof paintFor>

/** Two columns, the first as wide as it needs to be. */
export function pairs(lines: readonly (readonly [name: string, value: string])[]): string {
  const width = Math.max(...lines.map(([name]) => name.length)) + 2
  return lines.map(([name, value]) => `  ${name.padEnd(width)}${value}\n`).join('')
}
