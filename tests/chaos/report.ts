/** What a lane says at its end: a line a check, the counts, and the line that `npm test` reads. */
import type { Faults, Reach, Verdict } from './verdict.ts'

export interface Check {
  readonly title: string
  readonly passed: boolean
  readonly seen: string
}

const faultTitles: Readonly<Record<keyof Faults, string>> = {
  lost: 'no acknowledged message is lost',
  unexpected: 'nothing runs that nobody enqueued',
  doubled: 'one enqueue makes one message',
  staleAccepted: 'no stale result is accepted',
  early: 'nothing runs before its time',
  garbled: 'every payload arrives as it was sent',
  misjudged: 'what must die is dead, what must complete completed, and retries are counted right',
  unbalanced: 'the figures of the store add up at every moment (I1)',
  miscounted: 'the store counts as many messages as the producers',
  unfinished: 'everything is finished at the end',
}

export function faultChecks({ faults, examples }: Verdict): Check[] {
  return (Object.keys(faultTitles) as (keyof Faults)[]).map((fault) => {
    const few = examples[fault]?.join(', ')
    return { title: faultTitles[fault], passed: faults[fault] === 0, seen: `${faults[fault]}${few ? ` (${few})` : ''}` }
  })
}

/** A branch that was hardly reached proves nothing: each figure has its least value. */
export function reachChecks(figures: Readonly<Record<string, readonly [seen: number, least: number]>>): Check[] {
  return Object.entries(figures).map(([title, [seen, least]]) => ({
    title,
    passed: seen >= least,
    seen: `${show(seen)} (at least ${show(least)})`,
  }))
}

export function describeReach(reach: Reach): string {
  return [
    `${show(reach.intended)} messages meant, ${show(reach.acked)} acknowledged, ${show(reach.recovered)} recovered after an unknown answer, ${show(reach.duplicatesRefused)} duplicates refused`,
    `${show(reach.starts)} starts, ${show(reach.retried)} retries, ${show(reach.redelivered)} redelivered, ${show(reach.interrupted)} cut off, ${show(reach.lateRefused)} late results refused, ${show(reach.staleCounted)} counted as stale by the store`,
    `${show(reach.dead)} dead, ${show(reach.deadOfCrashes)} of them of crashes; the figures were checked ${show(reach.balancesChecked)} times`,
  ].join('\n')
}

/** Prints the checks, and answers the exit code. */
export function conclude(checks: readonly Check[]): number {
  for (const { title, passed, seen } of checks) console.log(`${passed ? '✓' : '✗'} ${title}: ${seen}`)
  const failed = checks.filter(({ passed }) => !passed).length
  console.log(`${checks.length - failed} passed, ${failed} failed`)
  return failed === 0 ? 0 : 1
}

function show(count: number): string {
  return count.toLocaleString('en-US')
}
