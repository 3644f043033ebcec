import { Icon } from '@millrace/ui'
import { useSession, useSignOut } from '../session.ts'

/** Ends the session and leads to the sign-in page. Where a token speaks there is no session to end. */
export function SignOutButton({ signInPath }: { readonly signInPath: string | undefined }) {
  const session = useSession()
  const signOut = useSignOut(() => location.assign(signInPath ?? ''))
  if (signInPath === undefined || session === undefined) return null
  const who = session.name ?? session.subject ?? session.role
  return (
    <button type="button" className="button icon leave" aria-label={`Sign out ${who}`} title={`Sign out ${who}`} onClick={() => signOut()}>
      <Icon name="leave" />
    </button>
  )
}
