import { isIP } from 'node:net'
import { MillraceError } from '@millrace/connection'
import type { FastifyRequest } from 'fastify'

/** What changes nothing; everything else a cookie may do from this server's own pages only. */
const reading: ReadonlySet<string> = new Set(['GET', 'HEAD', 'OPTIONS'])

/**
 * Under which names this server is itself. A browser sends a cookie along wherever a page made it ask, and takes the name of a
 * foreign site for that site's even while it leads here (DNS rebinding); both are told apart here.
 */
export class OwnAddress {
  readonly #origin: string | undefined
  readonly #hosts: ReadonlySet<string>
  readonly #anyAddress: boolean

  /**
   * @param publicUrl the origin at which browsers reach the server
   * @param host the name or address it listens on
   */
  constructor({ publicUrl, host }: { readonly publicUrl?: string | undefined; readonly host?: string | undefined }) {
    this.#origin = publicUrl === undefined ? undefined : new URL(publicUrl).origin
    const hosts = ['localhost', ...(host === undefined ? [] : [host]), ...(publicUrl === undefined ? [] : [new URL(publicUrl).hostname])]
    this.#hosts = new Set(hosts.map(bare))
    this.#anyAddress = host === '0.0.0.0' || host === '::'
  }

  /** @throws MillraceError HOST_UNKNOWN */
  checkHost(request: FastifyRequest): void {
    if (this.#isOwn(hostnameOf(request.headers.host))) return
    throw new MillraceError(
      'HOST_UNKNOWN',
      'Browsers are signed in at the own names of this server only; set PUBLIC_URL to the address at which they reach it.',
    )
  }

  /**
   * For a request that a cookie speaks for.
   * @throws MillraceError HOST_UNKNOWN, CROSS_SITE_REFUSED
   */
  checkCookieRequest(request: FastifyRequest): void {
    this.checkHost(request)
    const changes = !reading.has(request.method) || request.headers.upgrade !== undefined
    if (changes && !this.#isSameOrigin(request)) throw crossSite()
  }

  /** For signing in, which a program may do too: refused when a browser says that a page of another site asks. */
  checkSignIn(request: FastifyRequest): void {
    this.checkHost(request)
    const { origin, 'sec-fetch-site': site } = request.headers
    if ((site !== undefined || origin !== undefined) && !this.#isSameOrigin(request)) throw crossSite()
  }

  #isSameOrigin(request: FastifyRequest): boolean {
    const { origin, host, 'sec-fetch-site': site } = request.headers
    if (site !== undefined) return site === 'same-origin'
    if (origin === undefined) return false
    return origin === this.#origin || origin === `${request.protocol}://${host}`
  }

  #isOwn(hostname: string | undefined): boolean {
    if (hostname === undefined) return false
    const family = isIP(hostname)
    if (this.#hosts.has(hostname)) return true
    if ((family === 4 && hostname.startsWith('127.')) || hostname === '::1') return true
    // Listening on every address, it is itself at each; a number cannot be made to lead elsewhere.
    return this.#anyAddress && family !== 0
  }
}

function crossSite(): MillraceError {
  return new MillraceError('CROSS_SITE_REFUSED', 'A page of another site asked for this with the cookie of a signed-in browser.')
}

const bare = (host: string) => host.toLowerCase().replace(/^\[(.*)\]$/, '$1')

/** The name or address of a `Host` header without its port; undefined for what is none. */
function hostnameOf(host: string | undefined): string | undefined {
  const found = /^(\[[0-9a-f:.]+\]|[a-z0-9._-]+)(?::\d{1,5})?$/i.exec(host ?? '')?.[1]
  return found === undefined ? undefined : bare(found)
}
