import { Button } from '@millrace/ui'
import { useCopyLink } from './use-copy-link.ts'

/** Puts the address of the document on the clipboard. */
export function ShareButton() {
  return (
    <Button icon="share" onClick={useCopyLink()}>
      Share
    </Button>
  )
}
