import type { LevelStats } from '@millrace/contract'
import { glyphOf } from './lanes.model.ts'

/** The lane strip as a glyph for tables, 66 × 18: a hint, the numbers beside it carry the fact. */
export function LaneGlyph({ levels }: { readonly levels: readonly LevelStats[] }) {
  return (
    <svg className="glyph" width="66" height="18" viewBox="0 0 66 18" aria-hidden="true">
      {glyphOf(levels).map(({ width, isStarved }, index) => (
        <g key={levels[index]?.level}>
          <path d={`M0 ${rowOf(index)}h62`} stroke="var(--track)" strokeWidth="2.6" />
          {width > 0 && (
            <path
              d={`M62 ${rowOf(index)}h${-Math.max(3, width * 60)}`}
              stroke={isStarved ? 'var(--slow)' : 'var(--brand)'}
              strokeWidth="2.6"
            />
          )}
        </g>
      ))}
      <path d="M64 0v18" stroke="var(--wall)" strokeWidth="2" />
    </svg>
  )
}

const rowOf = (index: number) => 2.4 + index * 4.4
