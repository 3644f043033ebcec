import { describe, expect, it } from 'vitest'
import { stageOn } from '../monitor.test.stage.ts'

describe('recordAPIRequest', () => {
  const stage = stageOn('embedded')

  it.each<[string, unknown[]]>([
    ['endpoint: give the pattern of a route, as /users/:id, got undefined', []],
    ['endpoint: give the pattern of a route, as /users/:id, got ""', ['', 'GET', 1, true]],
    ['endpoint: give the pattern of a route, as /users/:id, got an object', [/x/, 'GET', 1, true]],
    ['method: give a method, as GET, got undefined', ['/']],
    ['method: give a method, as GET, got null', ['/', null, 1, true]],
    ['responseTime: give milliseconds, a finite number, got undefined', ['/', 'GET']],
    ['responseTime: give milliseconds, a finite number, got NaN', ['/', 'GET', NaN, true]],
    ['responseTime: give milliseconds, a finite number, got Infinity', ['/', 'GET', Infinity, true]],
    ['responseTime: give milliseconds, a finite number, got "12"', ['/', 'GET', '12', true]],
    ['success: give true, or false for a status of 500 and up, got 200', ['/', 'GET', 1, 200]],
    ['success: give true, or false for a status of 500 and up, got undefined', ['/', 'GET', 1]],
    ['details: give an object with clientError, got 404', ['/', 'GET', 1, true, 404]],
    ['details: give an object with clientError, got null', ['/', 'GET', 1, true, null]],
    ['details.clientError: give true for a status of 400 to 499, else false, got 404', ['/', 'GET', 1, true, { clientError: 404 }]],
  ])('refuses what is no request, and records nothing of it: %s', async (reason, given) => {
    const service = stage.monitor('a')
    expect(() => service.recordAPIRequest(...(given as [string, string, number, boolean]))).toThrow(
      expect.objectContaining({ code: 'OPTION_INVALID', message: `recordAPIRequest: ${reason}` }),
    )
    expect((await service.getAPIMetrics()).routes).toEqual([])
    expect((await service.getSystemMetrics()).application).toMatchObject({ requests: 0, responseTime: null })
  })

  it('takes the time of a request during which the clock was set back as 0', async () => {
    const service = stage.monitor('a')
    service.recordAPIRequest('/', 'GET', -3_600_000, true)
    expect((await service.getAPIMetrics()).routes).toMatchObject([{ requests: 1, minResponseTime: 0, maxResponseTime: 0 }])
  })

  it('takes a time of 0, any method, and no details or empty ones', async () => {
    const service = stage.monitor('a')
    service.recordAPIRequest('/', 'get', 0, true)
    service.recordAPIRequest('/', 'GET', 0, true, {})
    service.recordAPIRequest('/', 'BREW', 0, false, { clientError: false })
    const { routes } = await service.getAPIMetrics()
    expect(routes.map(({ method, requests, errors, clientErrors }) => [method, requests, errors, clientErrors])).toEqual([
      ['GET', 2, 0, 0],
      ['_OTHER', 1, 1, 0],
    ])
  })
})
