export { FakeClock, systemClock } from './fake-clock.ts'
export type { StoreClock } from './fake-clock.ts'
export { ModelStore } from './model-store.ts'
