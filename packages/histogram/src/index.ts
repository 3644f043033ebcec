export { Histogram, relativeError } from './histogram.ts'
export type { Buckets, Unit } from './histogram.ts'
