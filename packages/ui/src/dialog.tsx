import { useId, useLayoutEffect, useRef, useState } from 'react'
import type { ReactNode } from 'react'
import { Button } from './button.tsx'

interface DialogProps {
  /** The question, with the count. */
  readonly title: string
  /** What happens, and what survives. */
  readonly children: ReactNode
  /** Verb and count: "Redrive 1,204". */
  readonly action: string
  readonly isDangerous?: boolean
  /** Must be typed before the action is possible: asked for where more than 1,000 messages change. */
  readonly typedName?: string | undefined
  readonly isBusy?: boolean
  /** What went wrong with the last try. */
  readonly failure?: string | undefined
  readonly onConfirm: () => void
  readonly onClose: () => void
}

/** Asks before something changes. Escape and Cancel leave everything as it is; what had the focus before has it again afterwards. */
export function Dialog(props: DialogProps) {
  const { title, children, action, isDangerous = false, typedName, isBusy = false, failure, onConfirm, onClose } = props
  const place = useRef<HTMLDialogElement>(null)
  const [typed, setTyped] = useState('')
  const id = useId()
  useLayoutEffect(() => {
    const dialog = place.current
    dialog?.showModal()
    // Whoever opened it has the focus again, however it goes.
    return () => dialog?.close()
  }, [])
  const mayConfirm = !isBusy && (typedName === undefined || typed === typedName)
  return (
    <dialog ref={place} className="dialog" aria-labelledby={id} onClose={onClose}>
      <form
        onSubmit={(event) => {
          event.preventDefault()
          if (mayConfirm) onConfirm()
        }}
      >
        <div className="body">
          <h2 id={id}>{title}</h2>
          <div>{children}</div>
          {typedName !== undefined && (
            <label>
              <span>
                Type <b className="code">{typedName}</b> to confirm
              </span>
              <input value={typed} onChange={({ target }) => setTyped(target.value)} autoComplete="off" spellCheck={false} />
            </label>
          )}
          {failure !== undefined && (
            <p className="failure" role="alert">
              {failure}
            </p>
          )}
        </div>
        <div className="foot">
          <Button onClick={() => place.current?.close()}>Cancel</Button>
          <Button submits kind={isDangerous ? 'danger-filled' : 'primary'} disabled={!mayConfirm}>
            {action}
          </Button>
        </div>
      </form>
    </dialog>
  )
}
