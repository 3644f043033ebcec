import { createHmac } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { problemOf, startHarness } from '../harness.test.setup.ts'

// What docs/tokens.md tells other programs to do, by no library of ours: RFC 7515 §3 with the HMAC of Node.

const encode = (part: object) => Buffer.from(JSON.stringify(part)).toString('base64url')

function sign(claims: object, key: Buffer): string {
  const text = `${encode({ alg: 'HS256', typ: 'JWT' })}.${encode({ ...claims, exp: Math.floor(Date.now() / 1_000) + 900 })}`
  return `${text}.${createHmac('sha256', key).update(text).digest('base64url')}`
}

it('a token that another program signs with the generated secret, decoded, is let in', async () => {
  const harness = await startHarness('embedded')
  const text = (await readFile(join(harness.directory, 'jwt-secret'), 'utf8')).trim()
  const ask = (token: string) => harness.ask('GET', '/api/session', { token })
  expect(text).toMatch(/^[\w-]{43}$/)
  const claims = { sub: 'billing', role: 'operator' }
  expect((await ask(sign(claims, Buffer.from(text, 'base64url')))).json()).toMatchObject({ subject: 'billing', role: 'operator' })
  problemOf(await ask(sign(claims, Buffer.from(text))), 401, 'UNAUTHENTICATED')
  await harness.close()
})

it('a token that another program signs with the bytes of JWT_SECRET as they are is let in', async () => {
  const secret = 'c2VjcmV0IHdpdGggZW5vdWdoIGJ5dGVzIGFuZCBtb3Jl'
  const harness = await startHarness('embedded', { environment: { JWT_SECRET: secret } })
  const ask = (token: string) => harness.ask('GET', '/api/session', { token })
  expect((await ask(sign({ sub: 'billing' }, Buffer.from(secret)))).json()).toMatchObject({ subject: 'billing', role: 'viewer' })
  problemOf(await ask(sign({ sub: 'billing' }, Buffer.from(secret, 'base64url'))), 401, 'UNAUTHENTICATED')
  await harness.close()
})
