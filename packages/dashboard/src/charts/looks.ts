import type { Look } from './lines.model.ts'
import type { Stroke } from './plot.ts'

/** How each line is drawn, on the canvas and in its key alike. */
export const looks: Readonly<Record<Look, Stroke>> = {
  p50: { colour: 'p50', width: 1.6, dash: [], isFilled: false },
  p95: { colour: 'p95', width: 1.6, dash: [6, 3], isFilled: false },
  p99: { colour: 'p99', width: 1.6, dash: [1.5, 2.5], isFilled: false },
  in: { colour: 'ink2', width: 1.2, dash: [], isFilled: false },
  out: { colour: 'brand', width: 1.6, dash: [], isFilled: true },
  first: { colour: 'brand', width: 1.6, dash: [], isFilled: false },
  second: { colour: 'ink2', width: 1.6, dash: [6, 3], isFilled: false },
  third: { colour: 'water-mid', width: 1.6, dash: [1.5, 2.5], isFilled: false },
  other: { colour: 'spark', width: 1, dash: [8, 2, 2, 2], isFilled: false },
}
