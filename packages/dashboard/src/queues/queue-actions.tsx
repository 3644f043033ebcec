import { ApiError } from '@millrace/contract'
import type { Client } from '@millrace/contract'
import { Button, Dialog, formatNumber, useToast } from '@millrace/ui'
import { useMutation } from '@tanstack/react-query'
import { useId, useState } from 'react'
import { useSession } from '../session.ts'
import { useSource } from '../source.ts'
import { useFeed } from '../summary/use-feed.tsx'
import { afterAction, questionOf, refusalOf } from './queue-actions.model.ts'
import type { QueueAction } from './queue-actions.model.ts'
import type { QueueRow } from './queue-row.model.ts'

/** The server shares what it measured for 2 s; what is read after that has the action in it. */
const settledMs = 3_000

interface Asked {
  readonly action: QueueAction
  readonly name: string
  readonly count: number
}

/** Pause or resume, redrive what is dead, clear what is completed; each asks first and says what it did. */
export function QueueActions({ row }: { readonly row: QueueRow | undefined }) {
  const [asked, setAsked] = useState<Asked>()
  const refusal = refusalOf(useSession()?.role)
  const why = useId()
  if (row === undefined) return null
  const { name, queue } = row
  const ask =
    (action: QueueAction, count = 0) =>
    () =>
      setAsked({ action, name, count })
  const isRefused = refusal !== null
  const describedBy = isRefused ? why : undefined
  return (
    <div className="actions">
      {isRefused && (
        <span id={why} className="quiet">
          {refusal}
        </span>
      )}
      {queue.paused ? (
        <Button icon="play" disabled={isRefused} describedBy={describedBy} onClick={ask('resume')}>
          Resume
        </Button>
      ) : (
        <Button icon="pause" disabled={isRefused} describedBy={describedBy} onClick={ask('pause')}>
          Pause
        </Button>
      )}
      <Button
        icon="redrive"
        disabled={isRefused || queue.counts.dead === 0}
        describedBy={describedBy}
        onClick={ask('redrive', queue.counts.dead)}
      >
        {queue.counts.dead === 0 ? 'No dead messages' : `Redrive ${formatNumber(queue.counts.dead)} dead`}
      </Button>
      <Button
        icon="clear"
        kind="danger"
        disabled={isRefused || queue.counts.completed === 0}
        describedBy={describedBy}
        onClick={ask('clear', queue.counts.completed)}
      >
        {queue.counts.completed === 0 ? 'None completed' : `Clear ${formatNumber(queue.counts.completed)} completed`}
      </Button>
      {asked !== undefined && <Confirm asked={asked} onClose={() => setAsked(undefined)} />}
    </div>
  )
}

function Confirm({ asked, onClose }: { readonly asked: Asked; readonly onClose: () => void }) {
  const { client } = useSource()
  const { feed } = useFeed()
  const toast = useToast()
  const question = questionOf(asked.action, asked.name, asked.count)
  const { mutate, isPending, error } = useMutation({
    mutationFn: () => act(client, asked),
    onSuccess: (changed) => {
      toast(question.done(changed))
      feed.amend((summary) => afterAction(summary, asked.action, asked.name, changed))
      setTimeout(() => feed.refresh(), settledMs)
      onClose()
    },
    // What was shown holds no longer: the figures are read again, and the question is asked anew from them.
    onError: () => feed.refresh(),
  })
  return (
    <Dialog
      title={question.title}
      action={question.action}
      isDangerous={question.isDangerous}
      typedName={question.typedName}
      isBusy={isPending}
      failure={error === null ? undefined : failureText(error)}
      onConfirm={() => mutate()}
      onClose={onClose}
    >
      <p>{question.text}</p>
    </Dialog>
  )
}

async function act(client: Client, { action, name, count }: Asked): Promise<number> {
  const params = { queueName: name }
  if (action === 'redrive') return (await client.redriveQueue({ params, body: { expectedCount: count } })).redriven
  if (action === 'clear') return (await client.clearCompleted({ params })).removed
  await (action === 'pause' ? client.pauseQueue({ params }) : client.resumeQueue({ params }))
  return 0
}

function failureText(error: Error): string {
  return error instanceof ApiError
    ? error.message
    : 'The server does not answer; whether it was done is not known. Look again before you repeat it.'
}
