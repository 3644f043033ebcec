import uPlot from 'uplot'
import type { Grid } from './lines.model.ts'
import { lonePoints, partsOf } from './lines.model.ts'
import type { Palette } from './palette.ts'
import type { Scale, Tick } from './scale.model.ts'
import { timeTicks } from './time.model.ts'

/** How one row of a grid is drawn. Colours are tokens. */
export interface Stroke {
  readonly colour: string
  readonly width: number
  readonly dash: readonly number[]
  /** The area below it is tinted. */
  readonly isFilled: boolean
}

/** What a plot shows now. */
export interface Shown {
  readonly grid: Grid
  readonly scale: Scale
  /** Up to when there could be points, ms since 1970: a line that ends before shows that nothing is known since. */
  readonly untilMs: number
}

/** Where the crosshair is: a point, and the value at its height where this plot itself is pointed at. */
export interface Pointed {
  readonly index: number
  readonly value: number | null
}

export interface PlotOptions {
  readonly strokes: readonly Stroke[]
  readonly palette: Palette
  /** A line of the grid a label; left out where cells fill the plot. */
  readonly hasGrid: boolean
  /** Drawn below the lines and inside the axes. */
  readonly under: (canvas: CanvasRenderingContext2D, plot: uPlot, palette: Palette) => void
  /** A line in the colour of the panel below each line, so that it stands out from cells. */
  readonly hasCasing: boolean
  readonly onPoint: (pointed: Pointed | null) => void
}

/** All plots of a page share one crosshair. */
const crosshair = 'millrace'
const casingWidth = 4.5
/** A point that no stroke reaches, CSS pixels across. */
const loneSize = 5
/** A crosshair here is none. */
const outside = -10

/** One canvas with axes, lines and the page's crosshair. Nothing in it knows React. */
export class Plot {
  readonly #plot: uPlot
  readonly #options: PlotOptions
  #shown: Shown
  /** True while the crosshair has a height that was meant: the pointer is here, or a key chose a level. */
  #isOwn = false

  constructor(place: HTMLElement, shown: Shown, options: PlotOptions) {
    this.#shown = shown
    this.#options = options
    this.#plot = new uPlot(this.#settings(place), this.#data(), place)
    this.#plot.over.addEventListener('pointerenter', () => (this.#isOwn = true))
    this.#plot.over.addEventListener('pointerleave', () => (this.#isOwn = false))
    this.#plot.over.addEventListener('pointermove', (event) => this.#follow(event))
  }

  show(shown: Shown): void {
    this.#shown = shown
    this.#plot.setData(this.#data())
  }

  resize(width: number, height: number): void {
    this.#plot.setSize({ width, height })
  }

  /** Moves the page's crosshair to a point, at the height of `value` where one is given; null takes it away. */
  point(index: number | null, value: number | null): void {
    this.#isOwn = value !== null
    const middle = index === null ? undefined : this.#shown.grid.middles[index]
    if (middle === undefined) return this.#move(outside, outside)
    this.#move(this.#plot.valToPos(middle, 'x'), value === null ? 0 : this.#plot.valToPos(value, 'y'))
  }

  destroy(): void {
    this.#plot.destroy()
  }

  /** A finger moves the crosshair as a mouse does. */
  #follow({ pointerType, offsetX, offsetY }: PointerEvent): void {
    if (pointerType === 'mouse') return
    this.#isOwn = true
    this.#move(offsetX, offsetY)
  }

  #move(left: number, top: number): void {
    // The third argument tells the other plots; its types leave it out.
    const plot: { setCursor(at: { left: number; top: number }, tell: boolean, tellOthers: boolean): void } = this.#plot
    plot.setCursor({ left, top }, true, true)
  }

  #tellPoint(): void {
    const { idx, top } = this.#plot.cursor
    if (idx === null || idx === undefined) return this.#options.onPoint(null)
    this.#options.onPoint({ index: idx, value: this.#isOwn && top !== undefined ? this.#plot.posToVal(top, 'y') : null })
  }

  #data(): uPlot.AlignedData {
    const { grid } = this.#shown
    const rows = grid.values.flatMap((row) => {
      const { done, running } = partsOf(row, grid.isRunning)
      return this.#options.hasCasing ? [row, done, running] : [done, running]
    })
    return [grid.middles, ...rows] as uPlot.AlignedData
  }

  #settings(place: HTMLElement): uPlot.Options {
    const { palette, hasGrid, under } = this.#options
    return {
      width: place.clientWidth,
      height: place.clientHeight,
      ms: 1,
      padding: [10, 16, 0, 0],
      legend: { show: false },
      cursor: {
        y: false,
        drag: { x: false, y: false, setScale: false },
        sync: { key: crosshair, scales: ['x', null] },
        points: { size: 8, width: 2, fill: palette.colour('surface') },
      },
      scales: {
        x: { time: true, range: () => this.#span() },
        y: {
          distr: this.#shown.scale.kind === 'log' ? 3 : 1,
          range: () => [this.#shown.scale.bottom, this.#shown.scale.top],
        },
      },
      axes: [
        this.#axis({ size: 24, gap: 6, grid: { show: false } }, (plot) => timeTicks(...this.#span(), plot.over.clientWidth)),
        this.#axis(
          {
            size: (plot, labels) => this.#widthOf(plot, labels),
            gap: 8,
            grid: { show: hasGrid, stroke: palette.colour('grid'), width: 1 },
          },
          () => this.#shown.scale.ticks,
        ),
      ],
      series: [{}, ...this.#options.strokes.flatMap((stroke) => this.#series(stroke))],
      hooks: {
        drawAxes: [(plot) => under(plot.ctx, plot, palette)],
        setCursor: [() => this.#tellPoint()],
      },
    }
  }

  /** From the start of the first point to the end of the last one, or to where one could be. */
  #span(): [number, number] {
    const { starts, middles } = this.#shown.grid
    const first = starts[0] ?? 0
    const half = (middles[0] ?? 0) - first
    return [first, Math.max(first + 1, (middles.at(-1) ?? first) + half, this.#shown.untilMs)]
  }

  #axis(given: uPlot.Axis, ticksOf: (plot: uPlot) => readonly Tick[]): uPlot.Axis {
    const { palette } = this.#options
    return {
      font: palette.font,
      stroke: palette.colour('ink3'),
      ticks: { show: false },
      border: { show: false },
      splits: (plot) => ticksOf(plot).map(({ value }) => value),
      values: (plot, splits) => splits.map((split) => ticksOf(plot).find(({ value }) => value === split)?.label ?? ''),
      filter: (_, splits) => splits,
      ...given,
    }
  }

  #widthOf({ ctx }: uPlot, labels: readonly string[] | null): number {
    ctx.save()
    ctx.font = this.#options.palette.font
    const widest = (labels ?? []).reduce((most, label) => Math.max(most, ctx.measureText(label).width), 24)
    ctx.restore()
    return Math.ceil(widest) + 14
  }

  #series({ colour, width, dash, isFilled }: Stroke): uPlot.Series[] {
    const { palette, hasCasing } = this.#options
    const stroke = palette.colour(colour)
    const isLone = (plot: uPlot, series: number) => lonePoints(plot.data[series] as (number | null)[])
    const points: uPlot.Series.Points = { show: true, size: loneSize, width: 0, fill: stroke, stroke, filter: isLone }
    const done: uPlot.Series = {
      stroke,
      width,
      dash: [...dash],
      ...(isFilled ? { fill: `${stroke}1a` } : {}),
      points,
    }
    const running: uPlot.Series = { stroke, width, dash: [1, 3], points }
    const casing: uPlot.Series = { stroke: palette.colour('surface'), width: casingWidth, points: { show: false } }
    return hasCasing ? [casing, done, running] : [done, running]
  }
}
