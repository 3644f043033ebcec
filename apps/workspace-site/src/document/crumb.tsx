import { Skeleton } from '@millrace/ui'
import { folderName, folderOf } from '../documents/folders.model.ts'

/** Where a document lies, and its name; a skeleton before it is known. */
export function Crumb({ title, path }: { readonly title?: string; readonly path?: string | null }) {
  return (
    <>
      {path !== undefined && (
        <span className="folder">
          {folderName(folderOf(path))} <span aria-hidden="true">/</span>
        </span>
      )}
      <h1 title={title}>
        {title ?? (
          <>
            <span className="visually-hidden">Document</span>
            <Skeleton width={160} />
          </>
        )}
      </h1>
    </>
  )
}
