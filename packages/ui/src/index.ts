export { Banner } from './banner.tsx'
export { Button } from './button.tsx'
export { Dialog } from './dialog.tsx'
export { Empty } from './empty.tsx'
export { Figure } from './figure.tsx'
export type { FigureProps } from './figure.tsx'
export {
  unknown,
  formatNumber,
  fixed,
  formatRate,
  formatDuration,
  durationParts,
  formatAge,
  formatShare,
  shareValue,
  formatBytes,
  formatClock,
  formatMoment,
} from './format.model.ts'
export { Icon } from './icon.tsx'
export type { IconName } from './icon.tsx'
export { Mark } from './mark.tsx'
export { Meter } from './meter.tsx'
export type { MeterProps } from './meter.tsx'
export { Pairs } from './pairs.tsx'
export { Panel } from './panel.tsx'
export { Past, usePast } from './past.tsx'
export type { PastWords } from './past.tsx'
export { Segment } from './segment.tsx'
export { shareOf, shareLimit } from './shares.model.ts'
export { Skeleton } from './skeleton.tsx'
export { Sparkline } from './sparkline.tsx'
export { statusOf, statusBy } from './status.model.ts'
export type { StatusName, StatusWord } from './status.model.ts'
export { Status, StatusShape } from './status.tsx'
export { Table } from './table.tsx'
export type { Column } from './table.tsx'
export { useTheme } from './theme.ts'
export { ThemeButton } from './theme-button.tsx'
export { Ticks } from './ticks.tsx'
export { useToast, Toasts } from './toast.tsx'
export { useNow } from './use-now.ts'
