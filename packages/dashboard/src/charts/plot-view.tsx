import { useEffect, useRef } from 'react'
import type { KeyboardEvent } from 'react'
import { readPalette, useScheme } from './palette.ts'
import { Plot } from './plot.ts'
import type { Pointed, PlotOptions, Shown } from './plot.ts'
import { nextPoint } from './steer.model.ts'

interface PlotViewProps extends Omit<PlotOptions, 'palette'> {
  /** What is drawn, for those who do not see it. */
  readonly label: string
  readonly shown: Shown
  /** What is under the crosshair, as a sentence; without a crosshair, what is newest. */
  readonly text: string
  readonly pointed: Pointed | null
  /** Values that up and down step through, lowest first; left out where only points are told apart. */
  readonly levels?: readonly number[]
  readonly isTall?: boolean
}

const none: readonly number[] = []

/** A plot that fills its place. Left, right, Home and End move the crosshair of the page; what is under it is said as text. */
export function PlotView({ label, shown, text, pointed, levels = none, isTall = false, ...options }: PlotViewProps) {
  const place = useRef<HTMLDivElement>(null)
  const plot = useRef<Plot>(undefined)
  const latest = useRef({ shown, options })
  latest.current = { shown, options }
  const scheme = useScheme(place)
  // What a plot cannot change while it lives.
  const kind = JSON.stringify([options.strokes, options.hasCasing, options.hasGrid, shown.scale.kind, scheme])

  useEffect(() => {
    const element = place.current
    if (element === null) return
    const made = new Plot(element, latest.current.shown, {
      ...latest.current.options,
      palette: readPalette(element),
      under: (...given) => latest.current.options.under(...given),
      onPoint: (point) => latest.current.options.onPoint(point),
    })
    plot.current = made
    const sized = new ResizeObserver(() => made.resize(element.clientWidth, element.clientHeight))
    sized.observe(element)
    return () => {
      sized.disconnect()
      made.destroy()
      plot.current = undefined
    }
  }, [kind])

  useEffect(() => plot.current?.show(shown), [shown])

  const steer = (event: KeyboardEvent) => {
    if (event.key === 'Escape') return plot.current?.point(null, null)
    const next = nextPoint(event.key, pointed, shown.grid.starts.length, levels)
    if (next === null) return
    event.preventDefault()
    plot.current?.point(next.index, next.value)
  }

  const last = Math.max(0, shown.grid.starts.length - 1)
  return (
    <div
      ref={place}
      className={isTall ? 'plot tall' : 'plot'}
      role="slider"
      tabIndex={0}
      aria-label={label}
      aria-valuemin={0}
      aria-valuemax={last}
      aria-valuenow={pointed?.index ?? last}
      aria-valuetext={text}
      onKeyDown={steer}
      onBlur={() => plot.current?.point(null, null)}
    />
  )
}
