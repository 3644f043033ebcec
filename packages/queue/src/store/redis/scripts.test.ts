import { readdirSync, readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { keyNames } from './keys.ts'
import { verbs } from './scripts.ts'

const folder = new URL('./lua/', import.meta.url)
const perLevel = ['ready', 'scheduled', 'suspects_of']
const read = (name: string) => readFileSync(new URL(`${name}.lua`, folder), 'utf8')

/** The comment lines at the top, by their word: KEYS, ARGV, REPLY, COST … */
function headerOf(source: string): Map<string, string> {
  const parts = new Map<string, string>()
  let word = 'TITLE'
  for (const line of source.split('\n')) {
    if (!line.startsWith('--')) break
    const found = /^-- ([A-Z]{4,6}) +(.*)$/.exec(line)
    if (found) word = found[1] ?? ''
    const text = found ? found[2] : line.slice(2).trim()
    parts.set(word, [parts.get(word), text].filter(Boolean).join('  '))
  }
  return parts
}

describe.each(Object.entries(verbs))('%s.lua', (name, { script, keys: always, onDemand }) => {
  const keys = [...always, ...onDemand]
  const source = read(name)
  const header = headerOf(source)
  const body = source.split('\n').filter((line) => !line.startsWith('--'))

  it('says in its header what it does, takes, answers and costs', () => {
    expect(header.get('TITLE')).toMatch(new RegExp(`^${name}: .+\\.`))
    for (const word of ['KEYS', 'ARGV', 'REPLY', 'COST']) expect(header.get(word), word).toBeTruthy()
    const refuses = [...source.matchAll(/error_reply\('([A-Z_]+) /g)].map((found) => found[1] ?? '')
    for (const code of refuses) expect(header.get('ERRORS'), code).toContain(code)
    expect(header.has('ERRORS')).toBe(refuses.length > 0)
  })

  it('declares the keys of its header, in that order', () => {
    const listed = (header.get('KEYS') ?? '').replace(/\([^)]*\)/g, '').split(/\s{2,}/)
    const names = listed.map((one) => one.replace(' ×4', '').trim()).filter(Boolean)
    expect(names).toEqual(keys)
    for (const one of listed) if (perLevel.includes(one.replace(' ×4', '').trim())) expect(one).toContain('×4')
  })

  it('unpacks keys and arguments first, and numbers none of them afterwards', () => {
    const first = body.findIndex((line) => line === '')
    const afterwards = body.slice(first).join('\n')
    expect(afterwards).not.toMatch(/\b(KEYS|ARGV)\[\d+\]/)
    const count = keys.reduce((sum, key) => sum + (perLevel.includes(key) ? 4 : 1), 0)
    const varies = body.slice(0, first).join('\n').includes('first_claims')
    for (let index = 1; index <= count - (varies ? 1 : 0); index += 1) expect(body.slice(0, first).join('\n')).toContain(`KEYS[${index}]`)
    expect(body.slice(0, first).join('\n')).not.toContain(`KEYS[${count + 1}]`)
  })

  it('builds no key, walks no key space, and refuses before its first write', () => {
    // Only the audit walks, a page a call.
    expect(source).not.toMatch(name === 'audit' ? /'(KEYS|ZSCAN|SMEMBERS|FLUSH\w*)'/ : /'(SCAN|KEYS|HSCAN|ZSCAN|SMEMBERS|FLUSH\w*)'/)
    expect(source).not.toContain('{queue:')
    const refusal = source.lastIndexOf('error_reply')
    const write = /redis\.call\('(HSET|HSETNX|HDEL|HINCRBY|ZADD|ZREM|ZPOPMIN|RPUSH|LPOP|DEL|PUBLISH)'/g
    const early = [...source.slice(0, Math.max(0, refusal)).matchAll(write)].map((found) => found[0])
    // The one write before a refusal belongs to the answer of a repeated frame.
    expect(early).toEqual(name === 'enqueue' ? ["redis.call('HSET'"] : [])
  })

  it('runs on a full server unless it stores something new, and writes nothing when it reads', () => {
    const writes = /redis\.call\('(HSET|HDEL|ZADD|ZREM|RPUSH|LPOP|DEL|HINCRBY)'/.test(source)
    expect(script.effect).toBe(name === 'enqueue' ? 'grow' : script.effect === 'read' ? 'read' : 'free')
    if (script.effect === 'read') expect(writes).toBe(false)
  })
})

describe('the folder of scripts', () => {
  const files = readdirSync(folder).map((file) => file.replace('.lua', ''))

  it('holds the prelude and one file a verb', () => {
    expect(files.sort()).toEqual([...Object.keys(verbs), 'prelude'].sort())
  })

  it('has no file of more than 400 lines', () => {
    for (const name of files) expect(read(name).split('\n').length, name).toBeLessThanOrEqual(400)
  })

  it('reads the clock in one line of the prelude, and nowhere else', () => {
    const lines = files.flatMap((name) =>
      read(name)
        .split('\n')
        .filter((line) => line.includes("'TIME'")),
    )
    expect(lines).toHaveLength(1)
    expect(lines[0]).toMatch(/^local function now_us\(\) .* end$/)
  })
})

describe('docs/redis-keys.md', () => {
  it('describes every kind of key, and no other', () => {
    const page = readFileSync(new URL('../../../../../docs/redis-keys.md', import.meta.url), 'utf8')
    const described = [...page.matchAll(/^\| `([a-z_]+)[^`]*` +\|/gm)].map((found) => found[1] ?? '')
    expect(described.sort()).toEqual([...keyNames].sort())
  })
})
