import { createContext, useCallback, useContext, useEffect, useMemo, useState } from 'react'
import type { ReactNode } from 'react'
import { Icon } from './icon.tsx'
import { StatusShape } from './status.tsx'

interface Toast {
  readonly id: number
  readonly text: string
}

/** How long a toast stays, ms; and how many at most. */
const shownMs = 10_000
const most = 3

const ToastContext = createContext<(text: string) => void>(() => undefined)

/** Says what was done, once: "1,204 messages redriven". Never for what needs a decision. */
export const useToast = () => useContext(ToastContext)

export function Toasts({ children }: { readonly children: ReactNode }) {
  const [toasts, setToasts] = useState<readonly Toast[]>([])
  const remove = useCallback((id: number) => setToasts((shown) => shown.filter((toast) => toast.id !== id)), [])
  const show = useMemo(() => {
    let last = 0
    return (text: string) => setToasts((shown) => [...shown, { id: (last += 1), text }].slice(-most))
  }, [])
  return (
    <ToastContext value={show}>
      {children}
      <div className="toasts" role="status">
        {toasts.map((toast) => (
          <OneToast key={toast.id} toast={toast} remove={remove} />
        ))}
      </div>
    </ToastContext>
  )
}

function OneToast({ toast: { id, text }, remove }: { readonly toast: Toast; readonly remove: (id: number) => void }) {
  useEffect(() => {
    const timer = setTimeout(remove, shownMs, id)
    return () => clearTimeout(timer)
  }, [id, remove])
  return (
    <div className="toast">
      <StatusShape status="ok" size={16} />
      <span>{text}</span>
      <button type="button" aria-label="Close" onClick={() => remove(id)}>
        <Icon name="close" />
      </button>
    </div>
  )
}
