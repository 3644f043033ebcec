import { formatShare } from '@millrace/ui'
import { Link, useLocation } from 'wouter'
import { countsOf } from './counts.model.ts'
import { useImport } from './import-context.ts'

/** How far the import is, at the foot of the column; it never blocks. */
export function ImportFoot() {
  const { run, state } = useImport()
  const [location] = useLocation()
  if (state.phase === 'idle' || location === '/import') return null
  const { settled, total, failed, skipped } = countsOf(state)
  const words = {
    gathering: 'Looking through the folder',
    running: 'Importing',
    done: 'Imported',
    cancelled: 'Import cancelled',
    failed: 'Import failed',
  }
  return (
    <section className="import-foot" aria-label="Import">
      <p>
        <b>{words[state.phase]}</b>
        {total > 0 && <span>{formatShare(settled / total)}</span>}
      </p>
      {total > 0 && <ImportBar settled={settled} total={total} />}
      <p>
        <span>
          {settled.toLocaleString('en-US')} of {total.toLocaleString('en-US')} files
        </span>
        <span>
          {failed + skipped > 0 && `${failed + skipped} left out · `}
          <Link href="/import">Details</Link>
          {!run.isRunning && (
            <>
              {' · '}
              <button type="button" className="link" onClick={() => run.clear()}>
                Close
              </button>
            </>
          )}
        </span>
      </p>
    </section>
  )
}

export function ImportBar({ settled, total }: { readonly settled: number; readonly total: number }) {
  return (
    <div
      className="import-bar"
      role="progressbar"
      aria-label="Imported files"
      aria-valuemin={0}
      aria-valuemax={total}
      aria-valuenow={settled}
      aria-valuetext={`${settled} of ${total} files`}
    >
      <div style={{ width: `${(settled / Math.max(1, total)) * 100}%` }} />
    </div>
  )
}
