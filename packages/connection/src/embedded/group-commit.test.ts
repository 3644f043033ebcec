import { beforeEach, describe, expect, test } from 'vitest'
import { MillraceError } from '../errors.ts'
import { GroupCommit } from './group-commit.ts'
import { openDatabase } from './open-database.ts'
import type { Database } from './database.ts'
import type { GroupCall } from './group-commit.ts'
import type { ProcedureContext } from './procedure.ts'

let database: Database
let group: GroupCommit
let clockUs: number

beforeEach(() => {
  database = openDatabase(':memory:')
  database.exec('CREATE TABLE t (a TEXT)')
  clockUs = 1_000
  group = new GroupCommit(database, () => clockUs++)
})

const call = (run: (context: ProcedureContext) => unknown): GroupCall => ({ module: { run }, argument: undefined })
const add = (text: string) => call((context) => context.database.prepare('INSERT INTO t VALUES (?)').run(text).changes)
const fail = (error: Error) =>
  call((context) => {
    context.database.prepare('INSERT INTO t VALUES (?)').run('half done')
    throw error
  })
const rows = () =>
  database
    .prepare('SELECT a FROM t ORDER BY rowid')
    .all()
    .map((row) => row['a'])

describe('a group of calls', () => {
  test('is one transaction with one time, answered in order', () => {
    const times: number[] = []
    const { outcomes } = group.run([
      call((context) => times.push(context.nowUs())),
      add('a'),
      call((context) => times.push(context.nowUs())),
      add('b'),
    ])
    expect(outcomes).toEqual([1, 1, 2, 1].map((value) => ({ ok: true, value })))
    expect(times).toEqual([1_000, 1_000])
    expect(rows()).toEqual(['a', 'b'])
  })

  test('a refusal fails only its own call', () => {
    const runs: string[] = []
    const noted = (name: string) => call(() => void runs.push(name))
    const calls = [
      noted('before'),
      call(() => {
        throw new Error('QUEUE_FULL 10000')
      }),
      call(() => {
        throw new MillraceError('STORE_REFUSED', 'The key k holds a list.')
      }),
      noted('after'),
    ]
    const outcomes: { readonly ok: boolean }[] = []
    // A group takes no further call after 10 ms, which a busy machine may need for two.
    while (outcomes.length < calls.length) outcomes.push(...group.run(calls.slice(outcomes.length)).outcomes)
    expect(outcomes.map((outcome) => outcome.ok)).toEqual([true, false, false, true])
    expect(runs).toEqual(['before', 'after'])
  })

  test('any other throw undoes the group, and its neighbours run again, each alone', () => {
    const { outcomes } = group.run([add('a'), fail(new TypeError('a bug')), add('b'), fail(new TypeError('another')), add('c')])
    expect(outcomes.map((outcome) => outcome.ok)).toEqual([true, false])
    expect(rows()).toEqual(['a'])
    const rest = group.run([add('b'), fail(new TypeError('another')), add('c')])
    expect(rest.outcomes.map((outcome) => outcome.ok)).toEqual([true, false])
    expect(group.run([add('c')]).outcomes).toEqual([{ ok: true, value: 1 }])
    expect(rows()).toEqual(['a', 'b', 'c'])
  })

  test("what SQLite refuses is no refusal of the procedure's: its half-done work is undone", () => {
    database.exec('CREATE TABLE once (a INTEGER UNIQUE)')
    const twice = call((context) => {
      context.database.prepare('INSERT INTO once VALUES (1)').run()
      context.database.prepare('INSERT INTO once VALUES (1)').run()
    })
    expect(group.run([twice]).outcomes).toMatchObject([{ ok: false, error: { code: 'SQLITE_CONSTRAINT' } }])
    expect(database.prepare('SELECT count(*) AS n FROM once').get()).toEqual({ n: 0 })
  })

  test('a corrupt record met half-way undoes what its call did before, and nothing else', () => {
    const { outcomes } = group.run([add('a'), fail(new MillraceError('STORE_CORRUPT', 'The record of a cannot be read.'))])
    expect(outcomes).toMatchObject([{ ok: true }, { ok: false, error: { code: 'STORE_CORRUPT' } }])
    expect(rows()).toEqual(['a'])
  })

  test('memory lives from group to group and is cleared with every rollback', () => {
    const remember = call((context) => {
      const times = Number(context.memory.get('test/times') ?? 0) + 1
      context.memory.set('test/times', times)
      return times
    })
    expect(group.run([remember, remember]).outcomes.at(-1)).toEqual({ ok: true, value: 2 })
    expect(group.run([remember]).outcomes).toEqual([{ ok: true, value: 3 }])
    group.run([remember, fail(new TypeError('a bug'))])
    // The group's first run of it was forgotten, and it ran once more alone, in the cleared memory.
    expect(group.run([remember]).outcomes).toEqual([{ ok: true, value: 2 }])
  })

  test('a hook runs once a group, before its commit', () => {
    let written = 0
    const hooked = call((context) =>
      context.beforeCommit('test/write', () => {
        written++
        context.database.prepare('INSERT INTO t VALUES (?)').run('from the hook')
      }),
    )
    group.run([hooked, hooked, hooked])
    expect(written).toBe(1)
    expect(rows()).toEqual(['from the hook'])
    group.run([add('later')])
    expect(written).toBe(1)
  })

  test('a hook that throws undoes the group; each call is then tried alone', () => {
    const poisoned = call((context) =>
      context.beforeCommit('test/write', () => {
        throw new TypeError('a bug in a hook')
      }),
    )
    const { outcomes } = group.run([add('a'), poisoned, add('b')])
    expect(outcomes.map((outcome) => outcome.ok)).toEqual([true, false, true])
    expect(rows()).toEqual(['a', 'b'])
  })

  test('what was published in a group that was undone is published once, by the calls that hold', () => {
    const publish = (text: string) => call((context) => context.publish('channel', text))
    const failing = call((context) => {
      context.publish('channel', 'never')
      throw new TypeError('a bug')
    })
    expect(group.run([publish('a'), failing]).published).toEqual([['channel', 'a']])
    expect(group.run([publish('b')]).published).toEqual([['channel', 'b']])
  })

  test('ends after a while; the calls behind it are left for the next', () => {
    const slow = call(() => {
      const endMs = performance.now() + 6
      while (performance.now() < endMs);
    })
    const { outcomes } = group.run(Array.from({ length: 50 }, () => slow))
    expect(outcomes.length).toBeGreaterThan(0)
    expect(outcomes.length).toBeLessThan(50)
  })

  test('a module that could not be prepared changed nothing', () => {
    const prepare = (context: ProcedureContext) => {
      context.database.exec('CREATE TABLE made (a TEXT)')
      throw new TypeError('a bug')
    }
    expect(() => group.prepare({ prepare, run: () => undefined })).toThrow('a bug')
    expect(database.prepare("SELECT count(*) AS n FROM sqlite_master WHERE name = 'made'").get()).toEqual({ n: 0 })
    expect(group.run([add('a')]).outcomes).toEqual([{ ok: true, value: 1 }])
  })
})
