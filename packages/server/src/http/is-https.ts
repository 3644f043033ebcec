/** Whether browsers reach an origin over TLS; false for none. */
export function isHttps(origin: string | null | undefined): boolean {
  return origin?.startsWith('https:') ?? false
}
