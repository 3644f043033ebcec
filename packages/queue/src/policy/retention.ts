/** How much of finished messages is kept when nobody says otherwise: completed 1 h or 1,000, dead 30 days or 10,000. */
export const defaultRetention = {
  completedCount: 1000,
  completedAgeMs: 3_600_000,
  deadCount: 10_000,
  deadAgeMs: 30 * 86_400_000,
} as const

/** Figures and texts kept of one message. */
export const keptBytes = {
  /** A handler's return value, bytes of JSON. */
  value: 16 * 1024,
  /** One attempt's error, bytes of JSON. */
  attempt: 4 * 1024,
  /** One log line, bytes. */
  logLine: 1024,
  /** Why a message is dead, characters. */
  reason: 256,
} as const
