import type { EnqueueStatus } from '../../store/store.ts'

/** Every rare thing the sequences must bring about, as it shows in the answer of a step. */
export const rareThings = [
  'enqueue duplicate',
  'enqueue conflict',
  'enqueue key held',
  'enqueue replaced',
  'redrive blocked',
  'enqueue refused QUEUE_FULL',
  'enqueue again refused CALL_OUTDATED',
  'claim alone',
  'claim drain',
  'claim more',
  'claim idle',
  'claim leaseLost',
  'claim stale',
  'claim done',
  'claim timer',
  'claim again replayed',
  'claim again messages',
  'claim again stale',
  'claim late refused CALL_OUTDATED',
  'renew held',
  'renew lost',
  'release released',
  'rescue redelivered',
  'rescue suspects',
  'rescue dead',
  'cancel removed',
  'cancel aborted',
  'cancel finished',
  'cancel not-found',
  'redrive changed',
  'redrive more',
  'redrive undone',
  'promote changed',
  'purge waiting',
  'purge dead',
  'purge completed',
  'trim changed',
  'progress done',
  'progress stale',
] as const

/** What of the rare things a step showed; `text` begins with the step's name. */
export function shown(text: string, result: unknown): string[] {
  const { answer, refused } = result as { answer?: unknown; refused?: string }
  const name = /^(enqueue again|claim again|claim late|\w+)/.exec(text)?.[0] ?? ''
  if (refused !== undefined) return [`${name} refused ${refused}`]
  if (typeof answer === 'string') return [`${name} ${answer}`]
  if (Array.isArray(answer))
    return (answer as EnqueueStatus[]).map(
      (status) => `${name} ${typeof status === 'string' ? status : status.replaced ? 'replaced' : 'key held'}`,
    )
  if (typeof answer !== 'object' || answer === null) return []
  return Object.entries(answer).flatMap(([key, value]): string[] => {
    if (key === 'outcomes') return (value as string[]).map((outcome) => `${name} ${outcome}`)
    if (key === 'messages')
      return (value as { alone: boolean }[]).flatMap((given) => [`${name} messages`, ...(given.alone ? [`${name} alone`] : [])])
    if (key === 'dueInMs' && typeof value === 'number') return [`${name} timer`]
    if (key === 'held' && value === false) return [`${name} lost`]
    if (key === 'changed' && value !== 0) {
      if (name === 'purge') return [`purge ${text.split(' ')[1]}`]
      return [text.includes('"undo"') ? `${name} undone` : `${name} changed`]
    }
    return value === true || (typeof value === 'number' && value > 0) ? [`${name} ${key}`] : []
  })
}
