import type { Document } from '@millrace/contract'
import { Dialog, Icon, useToast } from '@millrace/ui'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { Link, useLocation } from 'wouter'
import { forgetKept } from '../editor/kept.ts'
import { failureOf } from '../frame/failure.model.ts'
import { Popover } from '../frame/popover.tsx'
import { useMayWrite, useSource } from '../source.ts'
import { useCopyLink } from './use-copy-link.ts'
import { useWatch } from './use-watch.ts'

/** What else can be done with a document. */
export function DocumentMenu({ document }: { readonly document: Document }) {
  const { base } = useSource()
  const mayWrite = useMayWrite()
  const copyLink = useCopyLink()
  const watch = useWatch(document)
  const [isAsking, setAsking] = useState(false)
  const { id } = document
  return (
    <>
      <Popover label="More" className="button icon" button={<Icon name="more" />}>
        {(close) => (
          <ul className="menu-list" onClick={close}>
            <li className="when-narrow">
              <button type="button" onClick={watch.toggle}>
                <Icon name={document.watching ? 'check' : 'watch'} />
                {document.watching ? 'Watching' : 'Watch'}
              </button>
            </li>
            <li className="when-narrow">
              <button type="button" onClick={copyLink}>
                <Icon name="share" />
                Copy link
              </button>
            </li>
            <li>
              <Link href={`/documents/${id}/versions`}>
                <Icon name="recent" />
                Versions and activity
              </Link>
            </li>
            <li>
              <a href={`${base}/api/workspace/documents/${id}/export`} download>
                <Icon name="import" />
                Export as Markdown
              </a>
            </li>
            <li>
              <button type="button" className="danger" disabled={!mayWrite} onClick={() => setAsking(true)}>
                <Icon name="clear" />
                {mayWrite ? 'Delete' : 'Delete (an operator can)'}
              </button>
            </li>
          </ul>
        )}
      </Popover>
      {isAsking && <DeleteDialog document={document} close={() => setAsking(false)} />}
    </>
  )
}

function DeleteDialog({ document: { id, title }, close }: { readonly document: Document; readonly close: () => void }) {
  const { base, client } = useSource()
  const queries = useQueryClient()
  const [, go] = useLocation()
  const say = useToast()
  const { mutate, isPending, error } = useMutation({
    mutationFn: () => client.deleteDocument({ params: { id } }),
    onSuccess: () => {
      go('/')
      forgetKept(base, id)
      say(`${title} is deleted`)
      void queries.invalidateQueries({ queryKey: ['documents'] })
    },
  })
  return (
    <Dialog
      title={`Delete ${title}?`}
      action="Delete document"
      isDangerous
      isBusy={isPending}
      failure={error === null ? undefined : failureOf(error).text}
      onConfirm={() => mutate()}
      onClose={close}
    >
      <p>
        It leaves with all its versions and cannot be brought back; an export made before can be imported. Who writes in it now is told.
        Links to it lead nowhere.
      </p>
    </Dialog>
  )
}
