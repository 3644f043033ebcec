import type uPlot from 'uplot'
import { colourStep } from './heatmap.model.ts'
import type { Cells } from './heatmap.model.ts'
import type { Palette } from './palette.ts'

/** Between cells, CSS pixels; less where cells are small. */
const gapPx = 0.7
const gapShare = 0.2

/** Draws the cells into the plot's area. O(cells). */
export function drawCells(
  canvas: CanvasRenderingContext2D,
  plot: uPlot,
  { starts, rows, counts, isMeasured, largest }: Cells,
  palette: Palette,
): void {
  const { left, top, width, height } = plot.bbox
  const [first = 0, second = first] = starts.slice(0, 2).map((start) => plot.valToPos(start, 'x', true))
  const columnWidth = starts.length > 1 ? second - first : width
  const colours = Array.from({ length: 8 }, (_, step) => palette.colour(`heat-${step}`))
  const gap = Math.min(gapPx * devicePixelRatio, columnWidth * gapShare)
  const edges = rows.map(({ fromMs, toMs }) => [plot.valToPos(toMs, 'y', true), plot.valToPos(fromMs, 'y', true)] as const)
  canvas.save()
  canvas.beginPath()
  canvas.rect(left, top, width, height)
  canvas.clip()
  counts.forEach((column, index) => {
    if (isMeasured[index] !== true) return
    column.forEach((count, row) => {
      const [upper = 0, lower = 0] = edges[row] ?? []
      canvas.fillStyle = colours[colourStep(count, largest)] ?? ''
      canvas.fillRect(first + index * columnWidth, upper, columnWidth - gap, lower - upper - gap)
    })
  })
  canvas.restore()
}
