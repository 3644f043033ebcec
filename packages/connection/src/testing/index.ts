export { freePort, RedisProcess } from './redis-process.ts'
