import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { buffer } from 'node:stream/consumers'
import { inflateRawSync } from 'node:zlib'
import { afterAll, expect, test } from 'vitest'
import { EmbeddedDocumentStore } from './embedded-document-store.ts'
import { exportZip } from './export-zip.ts'

const folder = mkdtempSync(join(tmpdir(), 'millrace export '))
afterAll(() => rmSync(folder, { recursive: true, force: true }))
let files = 0

async function storeOf(documents: readonly { title: string; path: string | null; text: string }[]): Promise<EmbeddedDocumentStore> {
  const store = new EmbeddedDocumentStore(join(folder, `${(files += 1)}.db`))
  for (const [index, document] of documents.entries()) {
    await store.stage({ documentId: `d${index}`, ...document, author: 'ada', importId: null })
    await store.putVersion(`d${index}`, 1)
  }
  return store
}

const textIn = (store: EmbeddedDocumentStore) => async (id: string) => (await store.get(id))?.text

/** Reads a zip by its directory at the end (APPNOTE 4.3.12). */
function unzip(bytes: Buffer): Record<string, string> {
  const entries: Record<string, string> = {}
  const end = bytes.lastIndexOf(Buffer.from('504b0506', 'hex'))
  let at = bytes.readUInt32LE(end + 16)
  for (let count = bytes.readUInt16LE(end + 10); count > 0; count -= 1) {
    const [nameLength, extraLength, commentLength] = [28, 30, 32].map((offset) => bytes.readUInt16LE(at + offset)) as [
      number,
      number,
      number,
    ]
    const name = bytes.subarray(at + 46, at + 46 + nameLength).toString()
    const local = bytes.readUInt32LE(at + 42)
    const start = local + 30 + bytes.readUInt16LE(local + 26) + bytes.readUInt16LE(local + 28)
    const content = bytes.subarray(start, start + bytes.readUInt32LE(at + 20))
    entries[name] = (bytes.readUInt16LE(at + 10) === 8 ? inflateRawSync(content) : content).toString()
    at += 46 + nameLength + extraLength + commentLength
  }
  return entries
}

test('the zip holds every document once, in its folder and under a name of its own', async () => {
  const store = await storeOf([
    { title: 'Plan', path: 'notes/plan.md', text: '# Plan\n' },
    { title: 'Loose', path: null, text: 'loose' },
    { title: 'Loose', path: null, text: 'loose too' },
    { title: 'x', path: '../../escape.md', text: 'no way out' },
  ])
  const zip = unzip(await buffer(await exportZip(store, textIn(store), new AbortController().signal)))
  expect(zip).toEqual({
    'notes/plan.md': '# Plan\n',
    'Loose.md': expect.stringMatching(/^loose/),
    'Loose (2).md': expect.stringMatching(/^loose/),
    'untitled/untitled/escape.md': 'no way out',
  })
  await store.close()
})

test('of many documents only those are read whose turn has come, and none once the reader is gone', async () => {
  const store = await storeOf(Array.from({ length: 1_200 }, (_, index) => ({ title: `t${index}`, path: null, text: randomText(index) })))
  let read = 0
  const gone = new AbortController()
  const textOf = async (id: string) => {
    read += 1
    return (await store.get(id))?.text
  }
  const zip = await exportZip(store, textOf, gone.signal)
  const chunks = zip[Symbol.asyncIterator]()
  await chunks.next()
  expect(read).toBeLessThan(20)
  gone.abort()
  await expect(buffer(chunks as unknown as AsyncIterable<Buffer>)).rejects.toThrow('went away')
  expect(read).toBeLessThan(40)
  const whole = unzip(await buffer(await exportZip(store, textOf, new AbortController().signal)))
  expect(Object.keys(whole)).toHaveLength(1_200)
  await store.close()
})

test('an empty workspace is an empty zip', async () => {
  const store = await storeOf([])
  expect(unzip(await buffer(await exportZip(store, textIn(store), new AbortController().signal)))).toEqual({})
  await store.close()
})

/** Ten thousand bytes that do not compress, so that they fill what is between. */
function randomText(seed: number): string {
  let state = seed + 1
  return Array.from({ length: 1_500 }, () => (state = (state * 48_271) % 2_147_483_647).toString(36)).join('')
}
