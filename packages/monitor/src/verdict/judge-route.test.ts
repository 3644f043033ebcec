import { describe, expect, it } from 'vitest'
import { judgeRoute } from './judge-route.ts'

describe('a route', () => {
  it.each([
    ['too few', 19, 19, 9_000, 'unknown', null],
    ['well', 1000, 9, 499, 'healthy', null],
    ['one percent fails', 100, 1, 10, 'degraded', '1 % of requests fail, limit 1 %'],
    ['five percent fail', 100, 5, 10, 'failing', '5 % of requests fail, limit 5 %'],
    ['at the target', 100, 0, 500, 'degraded', 'P95 500 ms, limit 500 ms'],
    ['at four times the target', 100, 0, 2000, 'failing', 'P95 2 s, limit 2 s'],
    ['both, the worse first', 100, 1, 2400, 'failing', 'P95 2.4 s, limit 2 s; 1 % of requests fail, limit 1 %'],
  ] as const)('%s', (_name, requests, errors, p95, status, reason) => {
    expect(judgeRoute({ requests, errors, p95 })).toEqual({ status, reason })
  })
})
