import type uPlot from 'uplot'

/** Hatches what lies between two lines from the point `from` to the end. */
export function hatch(
  canvas: CanvasRenderingContext2D,
  plot: uPlot,
  middles: readonly number[],
  above: readonly (number | null)[],
  below: readonly (number | null)[],
  from: number,
  colour: string,
): void {
  const corner = (row: readonly (number | null)[]) => (x: number, index: number) =>
    [plot.valToPos(x, 'x', true), plot.valToPos(row[from + index] ?? 0, 'y', true)] as const
  const xs = middles.slice(from)
  const edge = [...xs.map(corner(above)), ...xs.map(corner(below)).reverse()]
  const area = new Path2D()
  edge.forEach(([x, y], index) => (index === 0 ? area.moveTo(x, y) : area.lineTo(x, y)))
  const { left, top, width, height } = plot.bbox
  const ratio = devicePixelRatio
  canvas.save()
  canvas.clip(area)
  canvas.strokeStyle = colour
  canvas.lineWidth = ratio
  canvas.beginPath()
  for (let offset = -height; offset < width; offset += 5 * ratio) {
    canvas.moveTo(left + offset, top + height)
    canvas.lineTo(left + offset + height, top)
  }
  canvas.stroke()
  canvas.restore()
}
