import { describe, expect, test } from 'vitest'
import { parseUrl } from './parse-url.ts'

describe('a URL names', () => {
  test.each([
    [
      'redis://localhost',
      { topology: 'single', nodes: [{ host: 'localhost', port: 6379 }], database: 0, tls: false, description: 'redis://localhost:6379' },
    ],
    ['redis://h:1/3', { nodes: [{ host: 'h', port: 1 }], database: 3, description: 'redis://h:1/3' }],
    ['redis://[::1]:7000/', { nodes: [{ host: '::1', port: 7000 }], description: 'redis://[::1]:7000' }],
    ['rediss://u:p%40%2Fss@h', { tls: true, username: 'u', password: 'p@/ss', description: 'rediss://h:6379' }],
    ['redis://:a:b@h', { username: undefined, password: 'a:b' }],
    [
      'redis+sentinel://:p@a:1,b/main/2?sentinelPassword=s%20p&tls=true',
      {
        topology: 'sentinel',
        nodes: [
          { host: 'a', port: 1 },
          { host: 'b', port: 26379 },
        ],
        primaryName: 'main',
        database: 2,
        password: 'p',
        sentinelPassword: 's p',
        tls: true,
        description: 'redis+sentinel://a:1,b:26379/main/2',
      },
    ],
    [
      'redis+cluster://a,b:7001',
      {
        topology: 'cluster',
        nodes: [
          { host: 'a', port: 6379 },
          { host: 'b', port: 7001 },
        ],
        description: 'redis+cluster://a:6379,b:7001',
      },
    ],
  ])('%s', (url, expected) => {
    expect(parseUrl(url)).toMatchObject({ kind: 'redis', ...expected })
  })

  test.each([
    ['file:./data', './data'],
    ['file:data', 'data'],
    ['file:/var/lib/millrace', '/var/lib/millrace'],
    ['file:///var/lib/my%20data', '/var/lib/my data'],
  ])('the folder of %s', (url, directory) => {
    expect(parseUrl(url)).toEqual({ kind: 'file', directory })
  })
})

test.each([
  ['', 'empty'],
  ['localhost:6379', 'localhost: is no store'],
  ['127.0.0.1', 'no scheme'],
  ['http://h', 'http: is no store'],
  ['redis://', 'a host is missing'],
  ['redis://:secret@', 'a host is missing'],
  ['redis://:secret@h:99999', 'port 99999'],
  ['redis://:secret@h:x', 'cannot be read'],
  ['redis://h/name', 'the database must be one number'],
  ['redis://h/1/2', 'the database must be one number'],
  ['redis://h?family=4', '?family is unknown'],
  ['redis://:sec%ret@h', 'hexadecimal'],
  ['redis+sentinel://a,b', 'the name of the primary is missing'],
  ['redis+cluster://a/1', 'a cluster has only database 0'],
  ['file:', 'names no folder'],
])('%j is refused and the allowed forms are named', (url, what) => {
  let error: unknown
  try {
    parseUrl(url)
  } catch (thrown) {
    error = thrown
  }
  expect(error).toMatchObject({ code: 'OPTION_INVALID', message: expect.stringContaining(what) })
  expect(error).toMatchObject({ message: expect.stringContaining('rediss://…') })
  expect((error as Error).message).not.toContain('secret')
})
