import { Icon } from '@millrace/ui'
import { useMutation } from '@tanstack/react-query'
import { useSession, useSource } from '../source.ts'

/** The way to the dashboard, who is signed in, and the way out. */
export function Account() {
  const { base, client } = useSource()
  const session = useSession()
  const { mutate } = useMutation({
    mutationFn: () => client.deleteSession(),
    onSettled: () => location.assign(`${base}/sign-in?next=${base}/`),
  })
  const who = session?.name ?? session?.subject ?? session?.role
  return (
    <>
      <a href={`${base}/dashboard/`} className="dashboard">
        <Icon name="overview" />
        Dashboard
      </a>
      {who !== undefined && (
        <button type="button" className="button icon" aria-label={`Sign out ${who}`} title={`Sign out ${who}`} onClick={() => mutate()}>
          <Icon name="leave" />
        </button>
      )}
    </>
  )
}
