import { Command, Option } from 'commander'
import { resolveAuth, signToken } from '@millrace/server'
import type { TokenClaims } from '@millrace/server'
import { print } from './print.ts'
import { configOf, durationOption, withStore } from './settings.ts'
import type { StoreOptions } from './settings.ts'

interface TokenOptions extends StoreOptions {
  readonly role: TokenClaims['role']
  readonly subject: string
  readonly name?: string
  readonly expires: number
  readonly json?: boolean
}

const after = `
A server takes the token when it has the same secret: the bytes of JWT_SECRET as they are, or those that the generated file
DATA_DIR/jwt-secret says in base64url. Whoever signs tokens elsewhere uses the same bytes, with HS256.
Of servers with JWT_PUBLIC_KEY or JWT_JWKS_URL only their issuer can make tokens.

Examples:
  millrace token                                            one that reads figures, for an hour
  millrace token --role operator --subject ci --expires 15m
  curl -H "authorization: Bearer $(millrace token)" http://127.0.0.1:3000/api/performance/summary`

export function tokenCommand(): Command {
  return withStore(new Command('token'))
    .description('Prints a token, and nothing else, to standard output.')
    .addOption(new Option('--role <role>', 'what it may do').choices(['viewer', 'operator', 'admin']).default('viewer'))
    .option('--subject <name>', 'whom it speaks for', 'cli')
    .option('--name <name>', 'how the subject is shown')
    .addOption(
      durationOption('--expires <duration>', 'how long it holds: 90s, 15m, 1h, 7d', { least: '1s', most: '365d', byDefault: '1h' }),
    )
    .option('--json', 'print { token, role, subject, expiresAt }')
    .addHelpText('after', after)
    .action(async ({ role, subject, name, expires, json, ...store }: TokenOptions) => {
      const auth = await resolveAuth(configOf(store))
      const expiresAt = Date.now() + expires * 1_000
      const token = await signToken(auth, { subject, role, ttlSeconds: expires, ...(name === undefined ? {} : { name }) })
      await print(json === true ? `${JSON.stringify({ token, role, subject, expiresAt })}\n` : `${token}\n`)
    })
}
