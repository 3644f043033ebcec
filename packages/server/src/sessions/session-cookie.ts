import { parseCookie, stringifySetCookie } from 'cookie'

/** The cookie that holds a session, read and written. */
export class SessionCookie {
  readonly name: string
  readonly #secure: boolean

  /** @param secure true when browsers reach the server over https: no other site of the domain can then set the cookie either */
  constructor(secure: boolean) {
    this.#secure = secure
    this.name = secure ? '__Host-millrace-session' : 'millrace-session'
  }

  /** The session of a `Cookie` header. */
  read(header: string | undefined): string | undefined {
    if (header === undefined || !header.includes(this.name)) return undefined
    const found = parseCookie(header, { decode: (text) => text })[this.name]
    return found === '' ? undefined : found
  }

  /** A `Set-Cookie` that keeps a session until it ends, ms since 1970. */
  write(session: string, endsAtMs: number): string {
    return this.#serialize(session, Math.max(0, Math.floor((endsAtMs - Date.now()) / 1_000)))
  }

  /** A `Set-Cookie` that removes it. */
  clear(): string {
    return this.#serialize('', 0)
  }

  #serialize(value: string, maxAge: number): string {
    return stringifySetCookie({ name: this.name, value, path: '/', httpOnly: true, sameSite: 'strict', secure: this.#secure, maxAge })
  }
}
