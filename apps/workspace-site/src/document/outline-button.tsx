import { Popover } from '../frame/popover.tsx'
import type { Heading } from '../preview/render.worker.ts'

interface OutlineButtonProps {
  readonly outline: readonly Heading[]
  readonly show: (heading: Heading) => void
}

/** The headings, to go to. */
export function OutlineButton({ outline, show }: OutlineButtonProps) {
  return (
    <Popover className="outline-button" at="above" button="Outline">
      {(close) => (
        <nav className="outline" aria-label="Outline">
          {outline.length === 0 && <p>A line that begins with # is a heading, and stands here.</p>}
          {outline.map((heading) => (
            <button
              key={heading.anchor}
              type="button"
              data-level={heading.level}
              onClick={() => {
                close()
                show(heading)
              }}
            >
              {heading.text === '' ? 'Untitled' : heading.text}
            </button>
          ))}
        </nav>
      )}
    </Popover>
  )
}
