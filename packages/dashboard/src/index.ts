export { PerformanceDashboard } from './performance-dashboard.tsx'
export type { PerformanceDashboardProps } from './performance-dashboard.tsx'
