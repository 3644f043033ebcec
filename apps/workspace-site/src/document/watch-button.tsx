import { Icon, useToast } from '@millrace/ui'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import type { Document } from '@millrace/contract'
import { failureOf } from '../frame/failure.model.ts'
import { useSource } from '../source.ts'

/** Whether the reader is told of changes. */
export function WatchButton({ document: { id, watching } }: { readonly document: Document }) {
  const { client } = useSource()
  const queries = useQueryClient()
  const say = useToast()
  const { mutate, isPending } = useMutation({
    mutationFn: () => (watching ? client.unwatchDocument({ params: { id } }) : client.watchDocument({ params: { id } })),
    onSuccess: (answer) => {
      queries.setQueryData<Document>(['document', id], (before) => before && { ...before, watching: answer.watching })
      say(answer.watching ? 'You are told in the inbox when this document changes' : 'You are told of its changes no more')
    },
    onError: (error) => say(failureOf(error).text),
  })
  return (
    <button type="button" className="button watch" aria-pressed={watching} disabled={isPending} onClick={() => mutate()}>
      <Icon name={watching ? 'check' : 'watch'} />
      {watching ? 'Watching' : 'Watch'}
    </button>
  )
}
