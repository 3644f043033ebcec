/** Longest token that is looked at, bytes. */
export const maxTokenBytes = 8 * 1024

/**
 * True for three non-empty parts of canonical base64url in at most 8 KiB. Canonical, because the spare bits of a part's
 * last character could otherwise be changed without changing what it decodes to: one token, one spelling.
 */
export function hasTokenShape(token: string): boolean {
  if (token.length > maxTokenBytes) return false
  const parts = token.split('.')
  return parts.length === 3 && parts.every((part) => part !== '' && Buffer.from(part, 'base64url').toString('base64url') === part)
}
