import { readFileSync } from 'node:fs'
import { Command, CommanderError } from 'commander'
import { exitCodeOf, sayFailure } from '@millrace/server'
import { doctorCommand } from './doctor-command.ts'
import { queuesCommand } from './queues-command.ts'
import { serveCommand } from './serve-command.ts'
import { signInCommand } from './sign-in-command.ts'
import { tokenCommand } from './token-command.ts'

const after = `
Every command reads the same variables, and takes the same store by them:
  REDIS_URL       redis://…, rediss://…, redis+sentinel://…, redis+cluster://…; without it the embedded file
  DATA_DIR        the embedded file and the generated secret (default ./.millrace)
  JWT_SECRET      or JWT_PUBLIC_KEY, JWT_JWKS_URL: how tokens are verified (default: a generated secret in DATA_DIR)
  HOST, PORT      where the server listens (default 127.0.0.1, 3000)
  NO_COLOR        no colours

Examples:
  millrace serve                                            on the embedded file
  REDIS_URL=redis://127.0.0.1:6379 millrace serve           beside the Redis your application uses
  curl -H "authorization: Bearer $(millrace token)" http://127.0.0.1:3000/api/performance/queues
  millrace queues --watch
  millrace doctor

Exit code: 0 done; 1 it failed; 2 the command line or a variable is wrong.`

/** Runs what the words of a command line ask for. Never rejects. @returns the exit code */
export async function runProgram(words: readonly string[]): Promise<number> {
  const program = new Command('millrace')
    .description('Serves, watches and opens the queues of a Redis or an embedded file.')
    .version(versionOf(), '-V, --version', 'print the version')
    .helpOption('-h, --help', 'print this help')
    .helpCommand(false)
    .addHelpText('after', after)
  for (const make of [serveCommand, tokenCommand, signInCommand, queuesCommand, doctorCommand]) program.addCommand(make())
  for (const command of [program, ...program.commands])
    command.exitOverride().showSuggestionAfterError().showHelpAfterError('(--help tells more)')
  if (words.length === 0) {
    process.stderr.write(program.helpInformation() + after + '\n')
    return 2
  }
  try {
    await program.parseAsync([...words], { from: 'user' })
    return Number(process.exitCode ?? 0)
  } catch (error) {
    // Commander has said what it had to say.
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2
    sayFailure(error)
    return exitCodeOf(error)
  }
}

function versionOf(): string {
  const manifest = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as { readonly version: string }
  return manifest.version
}
