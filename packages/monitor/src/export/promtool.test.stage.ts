import { spawn } from 'node:child_process'
import { once } from 'node:events'

/** What `promtool check metrics` says of a text, empty when it is flawless; undefined where there is no promtool (MILLRACE_PROMTOOL, or on PATH). */
export async function lint(text: string): Promise<string | undefined> {
  const child = spawn(process.env['MILLRACE_PROMTOOL'] ?? 'promtool', ['check', 'metrics'], { stdio: ['pipe', 'pipe', 'pipe'] })
  let said = ''
  for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', (part: string) => (said += part))
  child.stdin.on('error', () => undefined)
  child.stdin.end(text)
  try {
    const [code] = await once(child, 'close')
    return code === 0 ? said : said || `promtool ended with ${String(code)}`
  } catch {
    return undefined
  }
}
