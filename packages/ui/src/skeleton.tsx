/** Stands at its final size where a value is still read. */
export function Skeleton({ width, height = 10 }: { readonly width: number | string; readonly height?: number }) {
  return <span className="skeleton" style={{ width, height }} aria-hidden="true" />
}
