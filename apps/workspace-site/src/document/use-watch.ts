import type { Document } from '@millrace/contract'
import { useToast } from '@millrace/ui'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { failureOf } from '../frame/failure.model.ts'
import { useSource } from '../source.ts'

/** Turns being told of changes on and off. */
export function useWatch({ id, watching }: Document): { readonly isBusy: boolean; readonly toggle: () => void } {
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
  return { isBusy: isPending, toggle: mutate }
}
