import { userInfo } from 'node:os'
import { isMillraceError, MillraceError } from 'millrace'
import { readConfig, resolveAuth, signToken } from 'millrace/server'
import type { Environment } from 'millrace/server'

/** An import of 10,000 files takes minutes. */
const tokenSeconds = 3_600

/** Where the workspace runs: `MILLRACE_URL`, else this machine at `PORT`. @throws MillraceError CONFIG_INVALID */
export function serverUrl(environment: Environment): string {
  const given = environment['MILLRACE_URL']
  const url = given || `http://127.0.0.1:${environment['PORT'] || '3000'}`
  if (/^https?:\/\//i.test(url) && URL.canParse(url)) return url
  const wrong = given
    ? `MILLRACE_URL is ${JSON.stringify(given)}; allowed is an address such as http://127.0.0.1:3000 or https://docs.example.org.`
    : `PORT is ${JSON.stringify(environment['PORT'])}; allowed is the port of the workspace, a whole number from 1 to 65535.`
  throw new MillraceError('CONFIG_INVALID', wrong)
}

/**
 * `MILLRACE_TOKEN`, else an operator's token for whoever runs this command, signed with the secret that the workspace of the same
 * variables has.
 * @throws MillraceError CONFIG_INVALID, SECRET_UNUSABLE; OPTION_INVALID where tokens come from somebody else
 */
export async function commandToken(environment: Environment): Promise<string> {
  const given = environment['MILLRACE_TOKEN']
  if (given) return given
  const auth = await resolveAuth(readConfig(environment))
  try {
    return await signToken(auth, { subject: userInfo().username, role: 'operator', ttlSeconds: tokenSeconds })
  } catch (error) {
    if (isMillraceError(error, 'OPTION_INVALID'))
      throw new MillraceError(error.code, `${error.message} Then set MILLRACE_TOKEN to it.`, { cause: error })
    throw error
  }
}
