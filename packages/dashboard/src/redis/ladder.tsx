import type { Durability } from './durability.model.ts'

/** The grades of durability from left to right, filled up to the one that is reached. */
export function Ladder({ rungs }: { readonly rungs: Durability['rungs'] }) {
  return (
    <ol className="ladder" aria-label="Durability">
      {rungs.map(({ grade, isReached, isCurrent }) => (
        <li key={grade} data-reached={isReached ? '' : undefined} aria-current={isCurrent ? 'step' : undefined}>
          {grade}
        </li>
      ))}
    </ol>
  )
}
