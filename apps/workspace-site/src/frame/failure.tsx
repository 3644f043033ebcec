import { Banner, Button } from '@millrace/ui'
import { failureOf } from './failure.model.ts'

interface FailureProps {
  /** What could not be done: "The documents could not be read." */
  readonly title: string
  readonly error: Error
  readonly retry?: (() => void) | undefined
}

/** What failed, what is true now and what to do. */
export function Failure({ title, error, retry }: FailureProps) {
  const { text, code } = failureOf(error)
  return (
    <Banner
      status="fail"
      title={title}
      code={code}
      action={
        retry !== undefined && (
          <Button icon="refresh" onClick={retry}>
            Retry
          </Button>
        )
      }
    >
      {text}
    </Banner>
  )
}
