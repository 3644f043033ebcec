/** The mark: four channels meeting one gate wall. */
export function Mark({ size = 18 }: { readonly size?: number }) {
  return (
    <svg width={size} height={size} viewBox="0 0 16 16" fill="none" strokeLinecap="round" aria-hidden="true">
      <g stroke="var(--brand)" strokeWidth="1.8">
        <path d="M1.5 3h9" />
        <path d="M3.5 6.3h7" />
        <path d="M5.5 9.7h5" />
        <path d="M7.5 13h3" />
      </g>
      <path d="M13.5 1.5v13" stroke="var(--ink)" strokeWidth="2" />
    </svg>
  )
}
