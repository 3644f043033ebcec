import type { QueueStats, Role, Summary } from '@millrace/contract'
import { formatNumber } from '@millrace/ui'

/** What may be done to a whole queue. */
export type QueueAction = 'pause' | 'resume' | 'redrive' | 'clear'

/** Above this many messages the queue's name is typed before they change. */
const typedAbove = 1_000

export interface Question {
  readonly title: string
  /** What happens, and what survives. */
  readonly text: string
  readonly action: string
  readonly isDangerous: boolean
  readonly typedName: string | undefined
  /** Said when it is done. */
  done(count: number): string
}

/** What is asked before it is done. */
export function questionOf(action: QueueAction, name: string, count: number): Question {
  const typedName = count > typedAbove ? name : undefined
  const number = formatNumber(count)
  const plain = { isDangerous: false, typedName: undefined }
  switch (action) {
    case 'pause':
      return {
        ...plain,
        title: `Pause ${name}?`,
        text: 'No message is given out until it is resumed. Messages are still taken in, and those that are running finish.',
        action: 'Pause',
        done: () => `${name} is paused`,
      }
    case 'resume':
      return {
        ...plain,
        title: `Resume ${name}?`,
        text: 'Its messages are given out again, the highest levels first.',
        action: 'Resume',
        done: () => `${name} is resumed`,
      }
    case 'redrive':
      return {
        ...plain,
        typedName,
        title: `Redrive ${number} dead ${messages(count)} of ${name}?`,
        text: 'They are ready again, and their attempts are counted from zero. Those that fail again become dead again.',
        action: `Redrive ${number}`,
        done: (changed) => `${formatNumber(changed)} ${messages(changed)} redriven`,
      }
    case 'clear':
      return {
        isDangerous: true,
        typedName,
        title: `Clear ${number} completed ${messages(count)} of ${name}?`,
        text: 'They are removed and counted as removed. They cannot be restored. What waits, runs or is dead stays.',
        action: `Clear ${number}`,
        done: (changed) => `${formatNumber(changed)} completed ${messages(changed)} cleared`,
      }
  }
}

/** Why somebody may not act; null for who may, and while it is not known: the server decides. */
export function refusalOf(role: Role | undefined): string | null {
  return role === 'viewer' ? 'Viewers look. An operator can pause, redrive and clear.' : null
}

const messages = (count: number) => (count === 1 ? 'message' : 'messages')

/** The summary as it is once `changed` messages of a queue were redriven or cleared, or it was paused or resumed. */
export function afterAction(summary: Summary, action: QueueAction, name: string, changed: number): Summary {
  return { ...summary, queues: summary.queues.map((queue) => (queue.name === name ? queueAfter(queue, action, changed) : queue)) }
}

function queueAfter(queue: QueueStats, action: QueueAction, changed: number): QueueStats {
  const { counts } = queue
  if (action === 'redrive') return { ...queue, counts: { ...counts, dead: counts.dead - changed, ready: counts.ready + changed } }
  if (action === 'clear') return { ...queue, counts: { ...counts, completed: Math.max(0, counts.completed - changed) } }
  return { ...queue, paused: action === 'pause' }
}
