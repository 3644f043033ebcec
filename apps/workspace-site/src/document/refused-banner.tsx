import type { RoomStatus } from '@millrace/collaboration'
import { Banner, Button, useToast } from '@millrace/ui'
import type { Room } from '../editor/room.ts'

interface RefusedBannerProps {
  readonly refusal: NonNullable<RoomStatus['refusal']>
  readonly text: string
  readonly room: Room
}

/** Why the room takes this page no more; what was written here can be taken along. */
export function RefusedBanner({ refusal: { sentence, code, retry }, text, room }: RefusedBannerProps) {
  const say = useToast()
  const copy = () =>
    void navigator.clipboard.writeText(text).then(
      () => say('The text is on the clipboard'),
      () => say('The browser refused'),
    )
  return (
    <Banner
      status="fail"
      title="This document takes no edits of yours now."
      code={code}
      action={
        retry === 'never' ? (
          <Button onClick={copy}>Copy the text</Button>
        ) : (
          <Button icon="refresh" onClick={() => room.client.reconnect()}>
            Try again
          </Button>
        )
      }
    >
      {code === 'DOCUMENT_NOT_FOUND' ? 'It was deleted.' : sentence} What you wrote is still in this page.
    </Banner>
  )
}
