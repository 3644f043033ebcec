import type { ReactNode } from 'react'

/** Drawn on 16 × 16 with a stroke of 1.4; each keeps its text or its name beside it. */
const icons = {
  overview: <path d="M2.2 2.2h4.6v6H2.2zM9.2 2.2h4.6v3H9.2zM9.2 7.8h4.6v6H9.2zM2.2 10.8h4.6v3H2.2z" />,
  queues: <path d="M2 3.2h8.5M2 6.4h8.5M2 9.6h8.5M2 12.8h8.5M13.6 2v12" />,
  api: <path d="M5.2 3.6 1.4 8l3.8 4.4M10.8 3.6 14.6 8l-3.8 4.4" />,
  system: (
    <>
      <rect x="4" y="4" width="8" height="8" rx="1.4" />
      <path d="M6.2 1.6v2.2M9.8 1.6v2.2M6.2 12.2v2.2M9.8 12.2v2.2M1.6 6.2h2.2M1.6 9.8h2.2M12.2 6.2h2.2M12.2 9.8h2.2" />
    </>
  ),
  redis: (
    <>
      <ellipse cx="8" cy="3.8" rx="5.6" ry="2.2" />
      <path d="M2.4 3.8v8.4c0 1.2 2.5 2.2 5.6 2.2s5.6-1 5.6-2.2V3.8M2.4 8c0 1.2 2.5 2.2 5.6 2.2s5.6-1 5.6-2.2" />
    </>
  ),
  refresh: <path d="M13.4 8A5.4 5.4 0 1 1 11.6 4M13.4 1.8v2.8h-2.8" />,
  light: (
    <>
      <circle cx="8" cy="8" r="2.8" />
      <path d="M8 1.2v1.4M8 13.4v1.4M1.2 8h1.4M13.4 8h1.4M3.2 3.2l1 1M11.8 11.8l1 1M12.8 3.2l-1 1M4.2 11.8l-1 1" />
    </>
  ),
  dark: <path d="M13.4 9.6A5.8 5.8 0 1 1 6.4 2.6a4.6 4.6 0 0 0 7 7Z" />,
  auto: (
    <>
      <circle cx="8" cy="8" r="5.8" />
      <path d="M8 2.2v11.6a5.8 5.8 0 0 0 0-11.6Z" fill="currentColor" />
    </>
  ),
  leave: <path d="M6.4 2.4H2.8v11.2h3.6M10.2 4.8 13.4 8l-3.2 3.2M13.2 8H6" />,
  next: <path d="m6 3.6 4.4 4.4L6 12.4" />,
  close: <path d="m3.6 3.6 8.8 8.8m0-8.8-8.8 8.8" />,
  pause: <path d="M5.4 3v10M10.6 3v10" />,
  play: <path d="M4.6 2.8 12.6 8l-8 5.2Z" />,
  redrive: <path d="M13.2 9.6a5.4 5.4 0 1 1-1-4.8M13.4 1.8v3.4H10M8 5v6M5.8 8.8 8 11l2.2-2.2" />,
  clear: <path d="M2.4 4h11.2M6 4V2.4h4V4M3.8 4l.7 9.6h7l.7-9.6M6.6 6.6v4.6M9.4 6.6v4.6" />,
  search: (
    <>
      <circle cx="7" cy="7" r="4.4" />
      <path d="m10.4 10.4 3.2 3.2" />
    </>
  ),
  inbox: <path d="M1.8 9.2h3.6l1 2h3.2l1-2h3.6M1.8 9.2v3.6h12.4V9.2L12 3.2H4Z" />,
  recent: (
    <>
      <circle cx="8" cy="8" r="5.8" />
      <path d="M8 4.6V8l2.4 1.6" />
    </>
  ),
  document: <path d="M3.6 1.8h5.6l3.2 3.2v9.2H3.6ZM9 1.8v3.4h3.4" />,
  add: <path d="M8 2.8v10.4M2.8 8h10.4" />,
  watch: (
    <>
      <path d="M1.2 8S3.6 3.6 8 3.6 14.8 8 14.8 8 12.4 12.4 8 12.4 1.2 8 1.2 8Z" />
      <circle cx="8" cy="8" r="1.9" />
    </>
  ),
  share: <path d="M8 9.8V1.8M5 4.4l3-2.8 3 2.8M3.2 7.4v6.8h9.6V7.4" />,
  more: <path d="M3 8h.1M8 8h.1M13 8h.1" strokeWidth="2" />,
  menu: <path d="M2 4h12M2 8h12M2 12h12" />,
  import: <path d="M8 1.8v8M5 7l3 3 3-3M2.4 10.4v3.4h11.2v-3.4" />,
  trends: <path d="M2 13.4h12M4 13V8.6M8 13V3.4M12 13V6.2" />,
  check: <path d="m3 8.4 3.4 3.4L13 4.6" />,
  down: <path d="m3.6 6 4.4 4.4L12.4 6" />,
  folder: <path d="M1.8 3.4h4.4l1.4 1.8h6.6v8H1.8Z" />,
  mention: <path d="M10.6 8a2.6 2.6 0 1 1-5.2 0 2.6 2.6 0 0 1 5.2 0Zm0-2.6v3.4c0 2.6 3.6 2.2 3.6-.8a6.2 6.2 0 1 0-2.4 4.9" />,
} as const satisfies Record<string, ReactNode>

export type IconName = keyof typeof icons

export function Icon({ name }: { readonly name: IconName }) {
  return (
    <svg
      width="16"
      height="16"
      viewBox="0 0 16 16"
      fill="none"
      stroke="currentColor"
      strokeWidth="1.4"
      strokeLinecap="round"
      strokeLinejoin="round"
      aria-hidden="true"
    >
      {icons[name]}
    </svg>
  )
}
