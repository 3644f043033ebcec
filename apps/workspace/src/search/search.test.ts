import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { setImmediate as nextTurn } from 'node:timers/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import fc from 'fast-check'
import { EmbeddedDocumentStore } from '../documents/embedded-document-store.ts'
import { SearchFollower } from './search-follower.ts'
import { SearchIndex } from './search-index.ts'
import { toMatchExpression } from './query.ts'

const root = mkdtempSync(join(tmpdir(), 'millrace search '))
afterAll(() => rmSync(root, { recursive: true, force: true }))
let folders = 0
const silent = { debug() {}, info() {}, warn() {}, error() {} }

function setup(texts: Record<string, string> = {}) {
  const directory = join(root, String((folders += 1)))
  const index = SearchIndex.open(directory, 'set')
  const put = (id: string, version: number, text: string, title = id, path: string | null = `${id}.md`) =>
    index.put([{ id, version, title, path, text, updatedAtMs: version }])
  for (const [id, text] of Object.entries(texts)) put(id, 1, text)
  const found = (query: string) => index.search(query, { limit: 20 }).results.map(({ id }) => id)
  return { directory, index, put, found }
}

test('every word must occur, and the last may be a beginning', () => {
  const { found } = setup({ mill: 'The mill race turns the wheel', road: 'The road race turns left' })
  expect(found('race mill')).toEqual(['mill'])
  expect(found('race whe')).toEqual(['mill'])
  expect(found('whe race')).toEqual([])
  expect(found('whe ')).toEqual([])
  expect(found('RACE').sort()).toEqual(['mill', 'road'])
})

test('words in quotes are a phrase', () => {
  const { found } = setup({ one: 'a mill race runs', two: 'a race to the mill' })
  expect(found('"mill race"')).toEqual(['one'])
  expect(found('"mill rac"')).toEqual([])
  expect(found('"mill race')).toEqual(['one'])
})

test('titles and paths are searched too, and a title weighs most', () => {
  const { put, found } = setup({ body: 'the wheel, the wheel, the wheel' })
  put('titled', 1, 'nothing of the kind', 'The wheel')
  put('deep', 1, 'nothing', 'Deep', 'node_modules/wheelwright/README.md')
  expect(found('wheel')[0]).toBe('titled')
  expect(found('wheelwright')).toEqual(['deep'])
})

test('accents may be left out, and scoped names are found', () => {
  const { found } = setup({ a: 'Überprüfung des Mühlbachs', b: 'use node-sqlite or @types/node' })
  expect(found('uberprufung')).toEqual(['a'])
  expect(found('node-sqlite')).toEqual(['b'])
  expect(found('@types/node')).toEqual(['b'])
})

test('words of any script are found, whole, as a phrase and as they begin', () => {
  const { index, put } = setup()
  const texts = {
    chinese: '机器学习研究方法 and Latin words',
    japanese: '東京タワーの夜景',
    thai: 'สวัสดีชาวโลก',
    hindi: 'हिन्दी में लिखा',
    korean: '한국어 문서',
    arabic: 'هذا كتاب جديد',
    hebrew: 'ספר חדש',
    russian: 'ИССЛЕДОВАНИЕ воды',
    greek: 'Η ΜΗΧΑΝΗ του νερού',
    decomposed: 'une e\u0301cole',
  }
  for (const [id, text] of Object.entries(texts)) put(id, 1, text)
  const found = (query: string) => {
    const [result] = index.search(query, { limit: 5 }).results
    return result && `${result.id}: ${result.marks.map(([start, end]) => result.snippet.slice(start, end)).join(' + ')}`
  }
  expect(found('学习')).toBe('chinese: 学习')
  expect(found('机器 latin')).toBe('chinese: 机器 + Latin')
  expect(found('学方')).toBeUndefined()
  expect(found('タワー')).toBe('japanese: タワー')
  expect(found('"東京タワー"')).toBe('japanese: 東京タワー')
  expect(found('ชาว')).toBe('thai: ชาว')
  expect(found('हिन्दी')).toBe('hindi: हिन्दी')
  expect(found('한국')).toBe('korean: 한국어')
  expect(found('كتاب')).toBe('arabic: كتاب')
  expect(found('ספ')).toBe('hebrew: ספר')
  expect(found('исследован')).toBe('russian: ИССЛЕДОВАНИЕ')
  expect(found('μηχανη')).toBe('greek: ΜΗΧΑΝΗ')
  expect(found('ecole')).toBe('decomposed: école')
  expect(index.search('机器', { limit: 1 }).results[0]?.snippet).toBe('机器学习研究方法 and Latin words')
})

test('titles are suggested by the words they begin with, the shortest first', () => {
  const { index, put } = setup()
  put('long', 1, '', 'The Mühle by the river')
  put('short', 1, '', 'Mühle')
  put('cjk', 1, '', '水车研究')
  put('body', 1, 'Mühle', 'Other')
  const suggested = (query: string) => index.suggest(query, { limit: 5 }).map(({ id }) => id)
  expect(suggested('muh')).toEqual(['short', 'long'])
  expect(suggested('by muh')).toEqual(['long'])
  expect(suggested('研究')).toEqual(['cjk'])
  expect(suggested('"')).toEqual([])
  expect(index.suggest('水', { limit: 1 })[0]?.title).toBe('水车研究')
})

test('documents are listed by title or by change, of all or of one folder', () => {
  const { index, put } = setup()
  put('c', 1, '', 'Éclair', 'notes/x/c.md')
  put('a', 2, '', 'apple', 'notes/a.md')
  put('b', 3, '', 'Banana', 'notes2/b.md')
  put('w', 4, '', 'written here', null)
  const listed = (order: 'recent' | 'title', folder?: string) => index.list({ order, folder, offset: 0, limit: 9 })
  expect(listed('title')).toEqual({ ids: ['a', 'b', 'c', 'w'], total: 4 })
  expect(listed('recent', 'notes')).toEqual({ ids: ['a', 'c'], total: 2 })
  expect(listed('title', '/notes/x/')).toEqual({ ids: ['c'], total: 1 })
  expect(listed('title', '/').total).toBe(4)
  expect(listed('title', "notes' OR 1").total).toBe(0)
  expect(index.list({ order: 'title', offset: 1, limit: 1 })).toEqual({ ids: ['b'], total: 4 })
})

test('a snippet is plain text, and the marks say what was found in it', () => {
  const { index } = setup({ a: 'Say <b>🙂</b> & turn the wheel \u0002 slowly, wheel\u0003 by wheel' })
  const [result] = index.search('wheel slow', { limit: 1 }).results
  expect(result?.snippet).toBe('Say <b>🙂</b> & turn the wheel   slowly, wheel  by wheel')
  expect(result?.marks.map(([start, end]) => result.snippet.slice(start, end))).toEqual(['wheel', 'slowly', 'wheel', 'wheel'])
})

test('a snippet reads like text, whatever marks the document has', () => {
  const { index } = setup({ a: '| mill | **wheel** |\n|------|-------|\n| *a* | [race](https://x.example) `b` |\n\n- [ ] turn it' })
  const [result] = index.search('race', { limit: 1 }).results
  expect(result?.snippet).toBe('mill\nwheel\na\nrace b\nturn it')
  expect(result?.marks.map(([start, end]) => result.snippet.slice(start, end))).toEqual(['race'])
})

test('total counts what the limit leaves out', () => {
  const { index } = setup({ a: 'wheel', b: 'wheel', c: 'wheel' })
  const answer = index.search('wheel', { limit: 2 })
  expect([answer.results.length, answer.total]).toEqual([2, 3])
})

test('whatever is typed is answered', () => {
  const { index } = setup({ a: 'AND OR NOT NEAR wheel' })
  const odd = [
    '',
    ' ',
    '"',
    '""',
    '"""',
    '*',
    'a*',
    '(',
    ')',
    'title:wheel',
    'NEAR(a b)',
    'AND',
    'wheel AND',
    '-wheel',
    '^wheel',
    'a\0b',
    "';",
    '{a b}:c',
    '🙂',
    'NOT',
  ]
  for (const query of odd) expect(index.search(query, { limit: 5 }).total, query).toBeGreaterThanOrEqual(0)
  expect(index.search('AND', { limit: 5 }).total).toBe(1)
  fc.assert(
    fc.property(
      fc.oneof(fc.string({ unit: 'binary' }), fc.string({ unit: fc.constantFrom('"', '*', ' ', 'a', '(', ':', '-', '^', '\0', '{', '́') })),
      (query) => {
        expect(index.search(query, { limit: 5 }).results.length).toBeLessThanOrEqual(5)
      },
    ),
  )
  expect(toMatchExpression(' !? ')).toBeUndefined()
})

test('an older version never replaces a newer one', () => {
  const { put, found, index } = setup()
  put('a', 2, 'new words')
  put('a', 1, 'old words')
  expect([found('new'), found('old'), index.size]).toEqual([['a'], [], 1])
  put('a', 3, 'newest')
  expect([found('newest'), found('words')]).toEqual([['a'], []])
})

test('processes that share a folder have a file each, and find it again after they ended', () => {
  const directory = join(root, String((folders += 1)))
  const inAnotherProcess = (id: string) => {
    const script = `
      import { SearchIndex } from ${JSON.stringify(new URL('search-index.js', import.meta.url).href)}
      const index = SearchIndex.open(${JSON.stringify(directory)}, 'set')
      index.put([{ id: '${id}', version: 1, title: '', path: null, text: '${id}', updatedAtMs: 1 }])
      process.stdout.write(String(index.size))
      process.kill(process.pid, 'SIGKILL')`
    return spawnSync(process.execPath, ['--input-type=module', '-e', script]).stdout.toString()
  }
  expect(inAnotherProcess('a')).toBe('1')
  const index = SearchIndex.open(directory, 'set')
  expect(index.size).toBe(1)
  expect(inAnotherProcess('b')).toBe('1')
  expect(inAnotherProcess('c')).toBe('2')
  expect(index.size).toBe(1)
  index.close()
})

test('a file made for other documents is emptied', () => {
  const { index, put } = setup()
  put('a', 1, 'wheel')
  index.cursor = '7'
  index.claim('set')
  expect([index.size, index.cursor]).toEqual([1, '7'])
  index.claim('another set')
  expect([index.size, index.cursor, index.search('wheel', { limit: 1 }).total]).toEqual([0, undefined, 0])
})

test('a follower reads what was announced, before it started and since, and goes on where it was left', async () => {
  const { index, found } = setup()
  const documents = new EmbeddedDocumentStore(join(root, String((folders += 1)), 'documents.db'))
  const store = async (documentId: string, text: string) => {
    const { version } = await documents.stage({ documentId, title: documentId, path: null, text, author: 'ada', importId: null })
    await documents.putVersion(documentId, version)
    await documents.announce(documentId)
  }
  await store('a', 'alpha')
  const first = new SearchFollower(documents, index, silent)
  await first.start()
  expect(found('alpha')).toEqual(['a'])
  await store('b', 'beta')
  await first.catchUp()
  expect(found('beta')).toEqual(['b'])
  await first.close()
  await store('c', 'gamma')
  await store('a', 'alphabet')
  expect(found('gamma')).toEqual([])
  const second = new SearchFollower(documents, index, silent)
  await second.start()
  expect([found('gamma'), found('alphabet')]).toEqual([['c'], ['a']])
  await second.close()
  await documents.close()
})

test('a follower that asks while a look is under way waits for one that began after it asked', async () => {
  const { index, found } = setup()
  const documents = new EmbeddedDocumentStore(join(root, String((folders += 1)), 'documents.db'))
  const follower = new SearchFollower(documents, index, silent)
  await follower.start()
  const asked: Promise<void>[] = []
  for (let number = 0; number < 30; number += 1) {
    asked.push(
      (async () => {
        const documentId = `d${number}`
        await documents.stage({ documentId, title: 't', path: null, text: `word${number}x`, author: 'a', importId: null })
        await documents.putVersion(documentId, 1)
        await documents.announce(documentId)
        await follower.catchUp()
        expect(found(`word${number}x`)).toEqual([documentId])
      })(),
    )
    // Each begins while the look of those before it is under way.
    await nextTurn()
  }
  await Promise.all(asked)
  await follower.close()
  await documents.close()
})
