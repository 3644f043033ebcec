import type { Config } from '../config/config.ts'
import type { AuthOptions } from './auth-options.ts'
import { openSecretFile } from './secret-file.ts'

/**
 * What verifies tokens under this configuration, for a server and for the commands beside it. Makes the generated secret where
 * there is none yet.
 * @throws MillraceError SECRET_UNUSABLE
 */
export async function resolveAuth(config: Pick<Config, 'auth' | 'dataDir'>): Promise<AuthOptions> {
  const { auth } = config
  const common = {
    roleClaim: auth.roleClaim,
    ...(auth.issuer === undefined ? {} : { issuer: auth.issuer }),
    ...(auth.audience === undefined ? {} : { audience: auth.audience }),
  }
  switch (auth.kind) {
    case 'generated-secret':
      return { ...common, kind: 'secret', secret: await openSecretFile(config.dataDir) }
    case 'secret':
      return { ...common, kind: 'secret', secret: Buffer.from(auth.secret.reveal()) }
    case 'public-key':
    case 'key-set':
      return auth
  }
}
