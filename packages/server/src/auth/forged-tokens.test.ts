import { createHash, createHmac, createPublicKey, generateKeyPairSync, sign } from 'node:crypto'
import type { KeyObject } from 'node:crypto'
import { CompactEncrypt } from 'jose'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startHarness } from '../harness.test.setup.ts'
import type { Harness } from '../harness.test.setup.ts'

const secret = 'a secret of thirty-two bytes and more'
const issuer = 'https://issuer.example.org'
const audience = 'millrace'
const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 })
const foreign = generateKeyPairSync('rsa', { modulusLength: 2048 })
const pem = rsa.publicKey.export({ type: 'spki', format: 'pem' }) as string
const inAnHour = Math.floor(Date.now() / 1_000) + 3_600

type Key = string | Uint8Array | KeyObject
type Json = string | Readonly<Record<string, unknown>>

const good = { sub: 'eve', role: 'admin', exp: inAnHour, iss: issuer, aud: audience, jti: 'x' }
const part = (json: Json) => Buffer.from(typeof json === 'string' ? json : JSON.stringify(json)).toString('base64url')
const jwt = { alg: 'HS256', typ: 'JWT' }

/** A token as its forger would make it: any header, any payload, HMAC by `key`. */
function hmac(header: Json, payload: Json, key: Key, hash = 'sha256'): string {
  const text = `${part(header)}.${part(payload)}`
  return `${text}.${createHmac(hash, key as string)
    .update(text)
    .digest('base64url')}`
}

function rs256(header: Json, payload: Json, key: KeyObject, hash = 'RSA-SHA256'): string {
  const text = `${part(header)}.${part(payload)}`
  return `${text}.${sign(hash, Buffer.from(text), key).toString('base64url')}`
}

const changed = (text: string, index: number) => text.slice(0, index) + (text[index] === 'A' ? 'B' : 'A') + text.slice(index + 1)
const jwk = foreign.publicKey.export({ format: 'jwk' })

/** Tokens whose forger holds no key, by what they try; `true_` is a good one that may be damaged, `by` signs as the server's own issuer. */
function forgeries(true_: string, by: (header: Json, payload: Json) => string): Record<string, string | string[]> {
  const [head = '', body = '', tail = ''] = true_.split('.')
  const header = JSON.parse(Buffer.from(head, 'base64url').toString()) as Record<string, unknown>
  const claims = JSON.parse(Buffer.from(body, 'base64url').toString()) as Record<string, unknown>
  const { exp: _, ...without } = claims
  const signed = (payload: Json) => by(header, payload)
  return {
    'no algorithm, no signature': ['none', 'None', 'NONE', 'nOnE', 'none ', ''].map((alg) => `${part({ alg })}.${part(good)}.`),
    'no algorithm, an empty signature of its own': ['none', 'NONE'].map((alg) => `${part({ alg })}.${part(good)}.AA`),
    'no algorithm, the good signature': `${part({ alg: 'none' })}.${body}.${tail}`,
    'no algorithm, signed all the same': hmac({ alg: 'none' }, good, secret),
    'a header without an algorithm': [{}, { typ: 'JWT' }, { alg: null }, { alg: 0 }, { alg: ['HS256'] }, { alg: {} }].map((h) =>
      by(h, claims),
    ),
    'an algorithm that is spelt otherwise': ['hs256', 'HS256 ', ' HS256', 'HS-256', 'sha256', 'HMAC', 'rs256'].map((alg) =>
      by({ ...header, alg }, claims),
    ),
    'another algorithm named than used': ['HS384', 'HS512', 'ES256', 'PS256', 'EdDSA', 'Ed25519', 'ES256K', 'A256KW', 'dir'].map((alg) =>
      by({ ...header, alg }, claims),
    ),
    'HMAC with another hash by the secret': [
      hmac({ alg: 'HS512' }, good, secret, 'sha512'),
      hmac({ alg: 'HS384' }, good, secret, 'sha384'),
    ],
    'HMAC by the public key': [
      pem,
      pem.trim(),
      ` ${pem}`,
      `\n${pem}`,
      pem.replaceAll('\n', '\r\n'),
      pem.replaceAll(/-----[^-]*-----|\s/g, ''),
      createPublicKey(pem).export({ type: 'spki', format: 'der' }),
      createPublicKey(pem).export({ type: 'pkcs1', format: 'pem' }) as string,
      JSON.stringify(createPublicKey(pem).export({ format: 'jwk' })),
    ].map((key) => hmac(jwt, good, key)),
    'HMAC by nothing': ['', '\0', '\0'.repeat(32), '\0'.repeat(64)].map((key) => hmac(jwt, good, key)),
    'HMAC by what people choose': ['secret', 'changeme', 'password', 'millrace', 'null', 'undefined', '[redacted]', issuer].map((key) =>
      hmac(jwt, good, key),
    ),
    'HMAC by almost the secret': [
      secret.slice(0, -1),
      secret.slice(1),
      `${secret}\n`,
      `${secret}\0x`,
      ` ${secret}`,
      secret.toUpperCase(),
      changed(secret, 5),
      Buffer.from(secret).toString('base64'),
      Buffer.from(secret).toString('hex'),
      createHash('sha256').update(secret).digest('hex'),
      secret.slice(0, 32),
    ].map((key) => hmac(jwt, good, key)),
    'a key of its own, in the header': [
      rs256({ alg: 'RS256', jwk }, good, foreign.privateKey),
      rs256({ alg: 'RS256', jwk, kid: 'x' }, good, foreign.privateKey),
      rs256({ alg: 'RS256', jku: 'https://evil.example.org/keys', kid: 'x' }, good, foreign.privateKey),
      rs256({ alg: 'RS256', x5u: 'https://evil.example.org/cert' }, good, foreign.privateKey),
      rs256({ alg: 'RS256', x5c: [jwk.n] }, good, foreign.privateKey),
      hmac({ ...jwt, jwk: { kty: 'oct', k: '' } }, good, ''),
      hmac({ ...jwt, jwk: { kty: 'oct', k: part('evil') } }, good, 'evil'),
    ],
    'a key that the header names': [
      '../../../../dev/null',
      '/dev/null',
      "' UNION SELECT '",
      'http://127.0.0.1/',
      '',
      '__proto__',
      0,
      null,
      ['x'],
      { a: 1 },
    ].map((kid) => hmac({ ...jwt, kid }, good, '')),
    'the key of somebody else': [
      rs256({ alg: 'RS256' }, good, foreign.privateKey),
      rs256({ alg: 'RS256' }, { ...good, iss: 'x' }, foreign.privateKey),
    ],
    'an extension that must be understood': [['exp'], [], ['b64'], ['x'], 'exp', {}, null, true].map((crit) =>
      by({ ...header, crit, b64: false, x: 1 }, claims),
    ),
    'no end': signed(without),
    'an end that is over': [0, 1, -1, -1e15, 1_700_000_000, Math.floor(Date.now() / 1_000) - 10].map((exp) => signed({ ...claims, exp })),
    'an end that is no number': [String(inAnHour), '2099-01-01T00:00:00Z', null, true, [inAnHour], {}, ''].map((exp) =>
      signed({ ...claims, exp }),
    ),
    'an end beyond all numbers': ['1e309', '-1e309', '1e20', '9007199254740993e3'].map((exp) =>
      signed(JSON.stringify(claims).replace(/"exp":\d+/, `"exp":${exp}`)),
    ),
    'an end named twice, the last one over': signed(JSON.stringify(claims).replace('}', ',"exp":1}')),
    'a beginning to come': [inAnHour, inAnHour * 10, Math.floor(Date.now() / 1_000) + 30].map((nbf) => signed({ ...claims, nbf })),
    'a beginning that is no number': ['0', null, [0], {}, 'now', true].map((nbf) => signed({ ...claims, nbf })),
    'a time of issue that is no number': ['0', null, {}, []].map((iat) => signed({ ...claims, iat })),
    'a payload that is no object': ['"text"', '[]', 'null', '1', 'true', '', '{', '{}x', '\u0000', 'exp=1'].map((payload) =>
      signed(payload),
    ),
    'a header that is no object': ['"HS256"', '[]', 'null', '1', '', '{', '{"alg":"HS256"'].map((h) => by(h, claims)),
    'an algorithm named twice': by('{"alg":"HS256","alg":"none"}', claims),
    'each character changed in turn': Array.from(true_, (_, index) => changed(true_, index)).filter((text) => text.split('.').length === 3),
    'the last bits of a part, which decoding drops': [
      `${head}.${body}.${tail.slice(0, -1)}${String.fromCharCode(tail.charCodeAt(tail.length - 1) + 1)}`,
    ],
    'another alphabet': [
      `${true_}=`,
      `${true_}==`,
      true_.replaceAll('-', '+').replaceAll('_', '/').concat('='),
      `${head}=.${body}=.${tail}`,
      `%${true_}`,
    ],
    'parts of two tokens': [
      `${head}.${part({ ...claims, role: 'admin', sub: 'mallory' })}.${tail}`,
      `${part({ ...header, kid: 'x' })}.${body}.${tail}`,
    ],
    'parts exchanged': [`${body}.${head}.${tail}`, `${head}.${tail}.${body}`, `${tail}.${body}.${head}`],
    'too few parts': ['x', head, `${head}.${body}`, `${head}.${body}.`, `.${body}.${tail}`, `${head}..${tail}`, '..', '.', '...'],
    'too many parts': [
      `${true_}.`,
      `.${true_}`,
      `${true_}.${tail}`,
      `${head}.${body}.${tail}.${tail}.${tail}`,
      `${true_}..`,
      `${head}..${body}..${tail}`,
    ],
    'a signature that is too short or long': [
      `${head}.${body}.${tail.slice(0, -4)}`,
      `${head}.${body}.${tail}AAAA`,
      `${head}.${body}.${tail.slice(0, 2)}`,
      `${head}.${body}.${tail}${tail}`,
    ],
    'a token in a token': [hmac({ ...jwt, cty: 'JWT' }, true_, ''), signed(true_), signed(`"${true_}"`)],
    'all of it as JSON': [
      JSON.stringify({ payload: body, protected: head, signature: tail }),
      part(JSON.stringify({ payload: body, protected: head, signature: tail })),
    ],
    'more than 8 KiB': [
      signed({ ...claims, padding: 'x'.repeat(8_192) }),
      `${true_}${'A'.repeat(9_000)}`,
      `${part({ ...header, padding: 'x'.repeat(100_000) })}.${body}.${tail}`,
      '.'.repeat(9_000),
    ],
    'a subject that names nobody': [0, '', [], ['eve'], {}, true, 'x'.repeat(257)].map((sub) => signed({ ...claims, sub })),
  }
}

function flat(table: Record<string, string | string[]>): [string, string][] {
  return Object.entries(table).flatMap(([what, tokens]) => [tokens].flat().map((token) => [what, token] as [string, string]))
}

async function encrypted(): Promise<string[]> {
  const payload = Buffer.from(JSON.stringify(good))
  const key = createHash('sha256').update(secret).digest()
  const jwe = (alg: 'dir' | 'RSA-OAEP', by: Uint8Array | KeyObject) =>
    new CompactEncrypt(payload).setProtectedHeader({ alg, enc: 'A256GCM' }).encrypt(by)
  return [await jwe('dir', key), await jwe('RSA-OAEP', rsa.publicKey)]
}

const environments = {
  'a secret': { JWT_SECRET: secret, JWT_ISSUER: issuer, JWT_AUDIENCE: audience },
  'a public key': { JWT_PUBLIC_KEY: pem, JWT_ISSUER: issuer, JWT_AUDIENCE: audience },
}

describe.each(Object.entries(environments))('a server that verifies by %s', (kind, environment) => {
  let harness: Harness
  let session = ''
  const by = (header: Json, payload: Json) => (kind === 'a secret' ? hmac(header, payload, secret) : rs256(header, payload, rsa.privateKey))
  const own = by(kind === 'a secret' ? jwt : { alg: 'RS256' }, good)
  const url = '/api/performance/queues'
  const asBearer = (token: string) => harness.ask('GET', url, { headers: { authorization: `Bearer ${token}` } })
  const asCookie = (token: string) => harness.ask('GET', url, { headers: { cookie: `millrace-session=${token}` } })

  beforeAll(async () => {
    harness = await startHarness('embedded', { environment, queues: { mail: {} } })
    session = (await harness.signIn(own)).split('=')[1] as string
  })
  afterAll(() => harness.close())

  /** All that a client is told, but for the time and what is left of its budget. */
  function told({ statusCode, body, headers }: Awaited<ReturnType<typeof asBearer>>): string {
    const { date: _, ratelimit: _left, ...rest } = headers
    return JSON.stringify([statusCode, body, rest])
  }

  it('lets in nobody with a forged or broken token, as bearer or as cookie, and tells all of them the same', async () => {
    expect([(await asBearer(own)).statusCode, (await asCookie(session)).statusCode]).toEqual([200, 200])
    const refusal = told(await harness.ask('GET', url))
    expect(refusal).toMatch(/^\[401,/)
    const tokens = [...flat(forgeries(own, by)), ...(await encrypted()).map((token) => ['encrypted', token] as [string, string])]
    expect(tokens.length).toBeGreaterThanOrEqual(400)
    const letIn: string[] = []
    for (const [what, token] of tokens) {
      for (const ask of [asBearer, asCookie]) if (told(await ask(token)) !== refusal) letIn.push(`${what}: ${token.slice(0, 200)}`)
    }
    expect(letIn).toEqual([])
  })

  it('takes no session that was changed or that another key than its own signed', async () => {
    const refusal = told(await harness.ask('GET', url))
    const letIn: string[] = []
    // Who holds the key of tokens does not hold that of sessions: even what it signs in good faith is no session.
    const tokens = flat(forgeries(session, by))
    for (const [what, token] of [...tokens, ['a bearer token', own] as const]) {
      if (told(await asCookie(token)) !== refusal) letIn.push(`${what}: ${token.slice(0, 200)}`)
    }
    if (told(await asBearer(session)) !== refusal) letIn.push('a session as bearer token')
    expect(letIn).toEqual([])
  })

  it('exchanges none of them for a session', async () => {
    const told = new Set<string>()
    for (const [, token] of flat(forgeries(own, by)).filter(([, token]) => token !== '' && token.length <= 8_192)) {
      const answer = await harness.ask('POST', '/api/session', { body: { token } })
      told.add(`${answer.statusCode} ${answer.json<{ code: string }>().code} ${String(answer.headers['set-cookie'])}`)
    }
    expect([...told]).toEqual(['401 UNAUTHENTICATED undefined'])
  })

  it.runIf(kind === 'a public key')('refuses a token for another service, or by another issuer', async () => {
    for (const claims of [
      { aud: 'other' },
      { aud: ['other', 'millrace '] },
      { aud: undefined },
      { iss: 'x' },
      { iss: [issuer] },
      { iss: undefined },
      { iss: `${issuer}/` },
      { aud: null },
    ])
      expect((await asBearer(by({ alg: 'RS256' }, { ...good, ...claims }))).statusCode, JSON.stringify(claims)).toBe(401)
    expect((await asBearer(by({ alg: 'RS256' }, { ...good, aud: ['other', audience] }))).statusCode).toBe(200)
    for (const [alg, hash] of [
      ['RS384', 'RSA-SHA384'],
      ['RS512', 'RSA-SHA512'],
    ] as const)
      expect((await asBearer(rs256({ alg }, good, rsa.privateKey, hash))).statusCode, alg).toBe(401)
  })
})
