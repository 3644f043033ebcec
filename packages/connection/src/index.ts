export type {
  Connection,
  ConnectionHealth,
  ConnectionOptions,
  DurabilityGrade,
  EmbeddedConnection,
  KeyValueOptions,
  Log,
  Pulse,
  PulseOptions,
  RedisConnection,
} from './connection.ts'
export { afterOf, connectionErrors, isMillraceError, MillraceError, unanswered } from './errors.ts'
export type { ConnectionErrorCode, ErrorRow, UnansweredOutcome } from './errors.ts'
export { awayMs, defineScript, storeRun } from './redis/script.ts'
export type { Placeholder, Script, ScriptArgument, ScriptEffect } from './redis/script.ts'
export { defineProcedure } from './embedded/procedure.ts'
export type { Procedure, ProcedureContext, ProcedureEffect, ProcedureModule } from './embedded/procedure.ts'
export type { Database, SqlValue, Statement } from './embedded/database.ts'
export { CacheService } from './cache-service.ts'
export type { CacheOptions, CacheStats } from './cache-service.ts'
export type { KeyValue } from './key-value.ts'
export { requireConnection } from './require-connection.ts'
export { connect } from './connect.ts'
export { connectRedis } from './redis/connect-redis.ts'
export { connectEmbedded } from './embedded/connect-embedded.ts'
export { DatabaseError } from './embedded/database.ts'
export { openDatabase } from './embedded/open-database.ts'
export type { OpenDatabaseOptions } from './embedded/open-database.ts'
