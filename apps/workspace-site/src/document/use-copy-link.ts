import { useToast } from '@millrace/ui'

/** Puts the address of the document on the clipboard, and says so. */
export function useCopyLink(): () => void {
  const say = useToast()
  return () => {
    const address = location.origin + location.pathname
    void copied(address).then((isCopied) => say(isCopied ? 'The link is on the clipboard' : `The browser refused; the link is ${address}`))
  }
}

/** False where a page may not write to the clipboard, as on plain http. */
async function copied(text: string): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text)
    return true
  } catch {
    return false
  }
}
