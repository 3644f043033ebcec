import type { Role, SampleTraffic } from '@millrace/contract'
import { formatClock } from '@millrace/ui'

/** What the sample is, or that it flows; and who may start it. */
export function sampleText({ running, queue, by, endsAtMs }: SampleTraffic, isAllowed: boolean): string {
  if (running) {
    const who = by === null ? '' : `, started by ${by}`
    return `Made-up messages flow through the queue ${queue} until ${formatClock(endsAtMs ?? 0)}${who}. Some of them fail on purpose.`
  }
  const offer = `New here? Made-up messages flow for 5 minutes through a queue of their own, ${queue}: over all four levels, in bursts, and some fail on purpose.`
  return isAllowed ? offer : `${offer} An operator can start them.`
}

/** The server decides; a viewer is told before. */
export function mayAct(role: Role | undefined): boolean {
  return role !== 'viewer'
}
