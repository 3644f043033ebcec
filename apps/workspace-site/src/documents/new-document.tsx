import { Dialog, Icon } from '@millrace/ui'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { useLocation } from 'wouter'
import { failureOf } from '../frame/failure.model.ts'
import { useMayWrite, useSource } from '../source.ts'

/** The button that asks for a title and opens the new document. */
export function NewDocument() {
  const { client } = useSource()
  const queries = useQueryClient()
  const [, go] = useLocation()
  const mayWrite = useMayWrite()
  const [title, setTitle] = useState<string>()
  const { mutate, error, isPending, reset } = useMutation({
    mutationFn: async (name: string) => client.createDocument({ body: { title: name, text: `# ${name}\n\n` } }),
    onSuccess: ({ id }) => {
      setTitle(undefined)
      void queries.invalidateQueries({ queryKey: ['documents'] })
      go(`/documents/${id}`, { state: { isNew: true } })
    },
  })
  const name = title?.trim() ?? ''
  return (
    <>
      <button
        type="button"
        className="button icon"
        aria-label="New document"
        title={mayWrite ? 'New document' : 'An operator can write documents'}
        disabled={!mayWrite}
        onClick={() => {
          reset()
          setTitle('')
        }}
      >
        <Icon name="add" />
      </button>
      {title !== undefined && (
        <Dialog
          title="New document"
          action="Create document"
          isBusy={isPending || name === ''}
          failure={error === null ? undefined : failureOf(error).text}
          onConfirm={() => mutate(name)}
          onClose={() => setTitle(undefined)}
        >
          <label>
            <span>Title</span>
            <input value={title} maxLength={300} autoComplete="off" onChange={({ target }) => setTitle(target.value)} />
          </label>
        </Dialog>
      )}
    </>
  )
}
