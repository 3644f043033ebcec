export { describeKeyValue } from './describe-key-value.ts'
export type { KeyValueHarness } from './describe-key-value.ts'
export { freePort, RedisProcess } from './redis-process.ts'
