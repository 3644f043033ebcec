import { Empty } from '@millrace/ui'
import { Link } from 'wouter'
import { Page } from './page.tsx'

export function NoSuchPage() {
  return (
    <Page title="No such page" crumb={<h1>No such page</h1>}>
      <Empty title="The address leads nowhere">
        It may be mistyped, or the page is gone. <Link href="/">All documents</Link> are listed, and <Link href="/search">search</Link>{' '}
        finds them by their words.
      </Empty>
    </Page>
  )
}
