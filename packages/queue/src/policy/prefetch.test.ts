import { describe, expect, it } from 'vitest'
import { Prefetch } from './prefetch.ts'

describe('Prefetch', () => {
  it('asks for nothing ahead before it has seen a run', () => {
    expect(new Prefetch(100).ahead).toBe(0)
  })

  it('asks for what the slots run in 1 ms', () => {
    const prefetch = new Prefetch(10)
    prefetch.ran(0.5)
    expect(prefetch.ahead).toBe(20)
  })

  it('never asks for more than one call brings, not even after runs of no time', () => {
    const prefetch = new Prefetch(100)
    prefetch.ran(0)
    expect(prefetch.ahead).toBe(250)
  })

  it('asks for nothing ahead when a run takes longer than the slots have in a millisecond', () => {
    const prefetch = new Prefetch(10)
    prefetch.ran(0.01)
    for (let run = 0; run < 100; run += 1) prefetch.ran(20)
    expect(prefetch.ahead).toBe(0)
  })

  it('a batch counts for as many as ran together', () => {
    const prefetch = new Prefetch(2)
    prefetch.ran(1, 10)
    expect(prefetch.ahead).toBe(20)
  })
})
