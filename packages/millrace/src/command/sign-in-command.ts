import { Command } from 'commander'
import { connect, isMillraceError } from '@millrace/connection'
import { createSignInLink, resolveAuth, signToken, storeUrlOf } from '@millrace/server'
import type { Config } from '@millrace/server'
import { print } from './print.ts'
import { addressOf, configOf, withPlace } from './settings.ts'
import type { PlaceOptions } from './settings.ts'

interface SignInOptions extends PlaceOptions {
  readonly url?: string
  readonly json?: boolean
}

/** How long a link holds that cannot be used up, seconds. */
const signedLinkSeconds = 5 * 60

const after = `
The link signs one browser in as admin, once, within 30 minutes. The store keeps its digest, so any server of the same store takes it.
While a server has an embedded file open, the link is a token of 5 minutes instead, signed with the secret in DATA_DIR.
Whoever has the link has the server: send it to nobody, and keep it out of logs.

Examples:
  millrace sign-in
  REDIS_URL=redis://10.0.0.5:6379 millrace sign-in --url https://queues.example.org`

export function signInCommand(): Command {
  return withPlace(new Command('sign-in'))
    .description('Prints a link that signs a browser in as admin.')
    .option('--url <address>', 'where browsers reach the server (default: PUBLIC_URL, else http://HOST:PORT)')
    .option('--json', 'print { link, usableOnce, expiresAt }')
    .addHelpText('after', after)
    .action(async ({ url, json, ...place }: SignInOptions) => {
      const config = configOf(place)
      const made = await linkFor(config, url ?? addressOf(config))
      await print(json === true ? `${JSON.stringify(made)}\n` : `${made.link}\n`)
    })
}

interface Link {
  readonly link: string
  readonly usableOnce: boolean
  /** ms since 1970. */
  readonly expiresAt: number
}

async function linkFor(config: Config, url: string): Promise<Link> {
  const nowMs = Date.now()
  try {
    const connection = await connect(storeUrlOf(config))
    try {
      return { link: await createSignInLink(connection, { url }), usableOnce: true, expiresAt: nowMs + 30 * 60_000 }
    } finally {
      await connection.close()
    }
  } catch (error) {
    if (!isMillraceError(error, 'STORE_IN_USE')) throw error
    const token = await signToken(await resolveAuth(config), { subject: 'admin', role: 'admin', ttlSeconds: signedLinkSeconds })
    return { link: `${url.replace(/\/+$/, '')}/sign-in#${token}`, usableOnce: false, expiresAt: nowMs + signedLinkSeconds * 1_000 }
  }
}
