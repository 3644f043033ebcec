import { createHmac, createSign, generateKeyPairSync, sign as signBytes } from 'node:crypto'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { exportJWK, SignJWT } from 'jose'
import { afterAll, describe, expect, it } from 'vitest'
import type { AuthOptions } from './auth-options.ts'
import { signToken } from './sign-token.ts'
import { createVerifier } from './verifier.ts'

const secret = Buffer.from('a secret of this test with enough bytes')
const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 })
const publicPem = rsa.publicKey.export({ type: 'spki', format: 'pem' }) as string
const bySecret = { kind: 'secret', secret, issuer: 'us', audience: 'millrace' } as const
const byKey = { kind: 'public-key', publicKey: publicPem, issuer: 'us', audience: 'millrace' } as const

const nowSeconds = Math.floor(Date.now() / 1_000)
const good = { sub: 'ada', role: 'admin', iss: 'us', aud: 'millrace', exp: nowSeconds + 600 }
const encode = (value: unknown) => Buffer.from(typeof value === 'string' ? value : JSON.stringify(value)).toString('base64url')
const hmac = (text: string, key: string | Buffer = secret, digest = 'sha256') => createHmac(digest, key).update(text).digest('base64url')

/** A token with any header and claims, signed by HS256. */
function forge(claims: unknown, header: unknown = { alg: 'HS256', typ: 'JWT' }, key: string | Buffer = secret): string {
  const text = `${encode(header)}.${encode(claims)}`
  return `${text}.${hmac(text, key)}`
}
const unsigned = (alg: unknown) => `${encode({ alg })}.${encode(good)}`
const valid = forge(good)
const [head = '', body = '', signature = ''] = valid.split('.')
const raw = (json: string) => forge(json)

const forged: Record<string, string> = {
  nothing: '',
  'one part': 'abc',
  'two parts': `${head}.${body}`,
  'four parts': `${valid}.x`,
  'five parts, an encrypted token': `${valid}.x.y`,
  'an empty signature': `${head}.${body}.`,
  'an empty header': `.${body}.${signature}`,
  'an empty body': `${head}..${signature}`,
  padding: `${valid}=`,
  'plain base64': `${head}.${body}.${Buffer.from(signature, 'base64url').toString('base64')}`,
  'white space': `${head}.${body}.${signature} `,
  'a line break': `${head}.\n${body}.${signature}`,
  'more than 8 KiB': forge({ ...good, filler: 'x'.repeat(9_000) }),
  'a header that is no JSON': forge(good, 'no json'),
  'a body that is no JSON': raw('no json'),
  'a body that is an array': raw('[]'),
  'a body that is null': raw('null'),
  'alg none': `${unsigned('none')}.${signature}`,
  'alg none without signature': `${unsigned('none')}.`,
  'alg None': `${unsigned('None')}.${signature}`,
  'alg NONE': `${unsigned('NONE')}.${signature}`,
  'alg nOnE': `${unsigned('nOnE')}.${signature}`,
  'alg missing': `${unsigned(undefined)}.${signature}`,
  'alg empty': `${unsigned('')}.${signature}`,
  'alg null': `${unsigned(null)}.${signature}`,
  'alg a list': `${unsigned(['HS256'])}.${signature}`,
  'alg in lower case': forge(good, { alg: 'hs256' }),
  'alg HS384': `${unsigned('HS384')}.${hmac(unsigned('HS384'), secret, 'sha384')}`,
  'alg HS512': `${unsigned('HS512')}.${hmac(unsigned('HS512'), secret, 'sha512')}`,
  'alg RS256 with our own HMAC': forge(good, { alg: 'RS256' }),
  'the empty key': forge(good, undefined, ''),
  'another key': forge(good, undefined, 'another secret with enough bytes for it'),
  'the key with a line break': forge(good, undefined, `${secret.toString()}\n`),
  'the signature of other claims': `${head}.${encode({ ...good, sub: 'eve' })}.${signature}`,
  'the signature cut': valid.slice(0, -2),
  'kid as a path': forge(good, { alg: 'HS256', kid: '../../../../dev/null' }, ''),
  'a key of its own': forge(good, { alg: 'HS256', jwk: { kty: 'oct', k: encode('own') } }, 'own'),
  'a key address of its own': forge(good, { alg: 'HS256', jku: 'http://127.0.0.1/keys', x5u: 'http://127.0.0.1/x' }, 'own'),
  'an unknown critical header': forge(good, { alg: 'HS256', crit: ['x'], x: 1 }),
  'an empty critical list': forge(good, { alg: 'HS256', crit: [] }),
  'an unencoded payload': forge(good, { alg: 'HS256', b64: false, crit: ['b64'] }),
  'exp passed': forge({ ...good, exp: nowSeconds - 60 }),
  'exp missing': forge({ ...good, exp: undefined }),
  'exp null': forge({ ...good, exp: null }),
  'exp a text': forge({ ...good, exp: String(nowSeconds + 600) }),
  'exp negative': forge({ ...good, exp: -1 }),
  'exp 0': forge({ ...good, exp: 0 }),
  'exp beyond any number': raw(JSON.stringify(good).replace(/"exp":\d+/, '"exp":1e309')),
  'exp beyond whole numbers': raw(JSON.stringify(good).replace(/"exp":\d+/, '"exp":1e300')),
  'nbf in the future': forge({ ...good, nbf: nowSeconds + 600 }),
  'nbf a text': forge({ ...good, nbf: 'tomorrow' }),
  'nbf beyond any number': raw(JSON.stringify(good).replace('"exp"', '"nbf":-1e309,"exp"')),
  'another issuer': forge({ ...good, iss: 'them' }),
  'no issuer': forge({ ...good, iss: undefined }),
  'the issuer as a list': forge({ ...good, iss: ['us'] }),
  'another audience': forge({ ...good, aud: 'other' }),
  'an audience list without us': forge({ ...good, aud: ['other', 'Millrace'] }),
  'no audience': forge({ ...good, aud: undefined }),
  'a subject that is a number': forge({ ...good, sub: 1 }),
  'a subject that is an object': forge({ ...good, sub: { admin: true } }),
  'an empty subject': forge({ ...good, sub: '' }),
  'a subject without end': forge({ ...good, sub: 'x'.repeat(300) }),
}

async function refusalOf(options: AuthOptions, token: string): Promise<unknown> {
  return createVerifier(options)
    .verify(token)
    .then(
      (identity) => ({ letIn: identity }),
      (error: { code: string; message: string }) => ({ code: error.code, message: error.message }),
    )
}

const theRefusal = { code: 'UNAUTHENTICATED', message: 'This needs a valid token: Authorization: Bearer <token>.' }

describe('forged tokens', () => {
  it.each(Object.entries(forged))('%s is refused with the one refusal', async (_, token) => {
    expect(await refusalOf(bySecret, token)).toEqual(theRefusal)
  })

  it('a bit flipped anywhere in a valid token is refused', async () => {
    const verifier = createVerifier(bySecret)
    await expect(verifier.verify(valid)).resolves.toMatchObject({ subject: 'ada' })
    let letIn = 0
    for (let index = 0; index < valid.length; index++) {
      for (const bit of [1, 2, 4, 8]) {
        const changed = valid.slice(0, index) + String.fromCharCode(valid.charCodeAt(index) ^ bit) + valid.slice(index + 1)
        letIn += await verifier.verify(changed).then(
          () => 1,
          () => 0,
        )
      }
    }
    expect(letIn).toBe(0)
  })

  it.each(['', ' ', '\n', '\r\n'])('the public key is never taken for a secret (%j before it)', async (before) => {
    for (const key of [before + publicPem, before + publicPem.trim(), publicPem.replaceAll('\n', '\r\n')]) {
      expect(await refusalOf(byKey, forge(good, { alg: 'HS256' }, key))).toEqual(theRefusal)
    }
  })

  it('a public key is used with its own algorithms only', async () => {
    const text = (alg: string) => `${encode({ alg })}.${encode(good)}`
    const rs256 = createSign('RSA-SHA256').update(text('RS256')).sign(rsa.privateKey).toString('base64url')
    expect(await refusalOf(byKey, `${text('RS256')}.${rs256}`)).toMatchObject({ letIn: { subject: 'ada', role: 'admin' } })
    const rs512 = createSign('RSA-SHA512').update(text('RS512')).sign(rsa.privateKey).toString('base64url')
    expect(await refusalOf(byKey, `${text('RS512')}.${rs512}`)).toEqual(theRefusal)
    const other = generateKeyPairSync('ed25519')
    const eddsa = signBytes(null, Buffer.from(text('EdDSA')), other.privateKey).toString('base64url')
    expect(await refusalOf(byKey, `${text('EdDSA')}.${eddsa}`)).toEqual(theRefusal)
  })
})

describe('good tokens', () => {
  it.each([
    [undefined, 'viewer'],
    ['', 'viewer'],
    ['root', 'viewer'],
    ['Admin', 'viewer'],
    [{ admin: true }, 'viewer'],
    ['operator', 'operator'],
    [['viewer', 'operator', 'x'], 'operator'],
    [['admin'], 'admin'],
  ])('the role claim %j grants %s', async (role, granted) => {
    expect(await createVerifier(bySecret).verify(forge({ ...good, role }))).toMatchObject({ role: granted })
  })

  it('what a token says of its type, and claims nobody asked for, do not matter', async () => {
    const token = forge(
      { ...good, jti: 'x', nbf: nowSeconds - 5, name: 'Ada', aud: ['other', 'millrace'] },
      { alg: 'HS256', typ: 'at+jwt' },
    )
    expect(await createVerifier(bySecret).verify(token)).toEqual({
      subject: 'ada',
      name: 'Ada',
      role: 'admin',
      expiresAtMs: good.exp * 1_000,
      sessionId: null,
    })
  })

  it('a claim of another name may hold the role, and inherited properties are none', async () => {
    const claim = (roleClaim: string, claims: object) => createVerifier({ ...bySecret, roleClaim }).verify(forge({ ...good, ...claims }))
    expect(await claim('https://x/role', { 'https://x/role': 'operator' })).toMatchObject({ role: 'operator' })
    expect(await claim('constructor', {})).toMatchObject({ role: 'viewer' })
  })

  it('a signed token holds where it was signed for, without a subject for nobody', async () => {
    const token = await signToken(bySecret, { subject: 'import', role: 'operator', name: 'Import', ttlSeconds: 60 })
    expect(await createVerifier(bySecret).verify(token)).toMatchObject({ subject: 'import', role: 'operator', name: 'Import' })
    expect(await refusalOf({ ...bySecret, secret: Buffer.alloc(32) }, token)).toEqual(theRefusal)
    expect(await createVerifier(bySecret).verify(forge({ ...good, sub: undefined }))).toMatchObject({ subject: null })
    await expect(signToken(byKey, { subject: 'x', role: 'viewer', ttlSeconds: 60 })).rejects.toMatchObject({ code: 'OPTION_INVALID' })
  })
})

it('a key that cannot verify safely is refused when the verifier is made', () => {
  expect(() => createVerifier({ kind: 'secret', secret: Buffer.alloc(31) })).toThrow(/31 bytes/)
  expect(() => createVerifier({ kind: 'secret', secret: Buffer.alloc(0) })).toThrow(/0 bytes/)
  const small = generateKeyPairSync('rsa', { modulusLength: 1024 })
  expect(() => createVerifier({ ...byKey, publicKey: small.publicKey.export({ type: 'spki', format: 'pem' }) as string })).toThrow(/2,048/)
  expect(() => createVerifier({ ...byKey, publicKey: rsa.privateKey.export({ type: 'pkcs8', format: 'pem' }) as string })).toThrow(
    /private/,
  )
})

describe('a key set', () => {
  let answers = 0
  let status = 200
  const server = createServer((_request, response) => {
    answers++
    void exportJWK(rsa.publicKey).then((jwk) =>
      response
        .writeHead(status, { 'content-type': 'application/json' })
        .end(JSON.stringify({ keys: [{ ...jwk, kid: 'one', alg: 'RS256', use: 'sig' }] })),
    )
  })
  afterAll(() => server.close())

  const token = (kid?: string) => {
    const header = kid === undefined ? { alg: 'RS256' } : { alg: 'RS256', kid }
    return new SignJWT(good).setProtectedHeader(header).sign(rsa.privateKey)
  }

  it('is fetched once; a token must name its key; unknown names do not make it fetched again and again', async () => {
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    const options = {
      kind: 'key-set',
      url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/keys`,
      issuer: 'us',
      audience: 'millrace',
    } as const
    const verifier = createVerifier(options)
    expect(await verifier.verify(await token('one'))).toMatchObject({ subject: 'ada' })
    await expect(verifier.verify(await token())).rejects.toMatchObject(theRefusal)
    for (let i = 0; i < 20; i++) await expect(verifier.verify(await token(`unknown-${i}`))).rejects.toMatchObject(theRefusal)
    await expect(verifier.verify(forge(good, { alg: 'HS256', kid: 'one' }, publicPem))).rejects.toMatchObject(theRefusal)
    expect(answers).toBe(1)

    status = 500
    await expect(createVerifier(options).verify(await token('one'))).rejects.toMatchObject({ code: 'KEYS_UNAVAILABLE' })
  })

  it('that cannot be reached is an outage, not a refusal', async () => {
    const options = { kind: 'key-set', url: 'http://127.0.0.1:1/keys', issuer: 'us', audience: 'millrace' } as const
    await expect(createVerifier(options).verify(await token('one'))).rejects.toMatchObject({ code: 'KEYS_UNAVAILABLE' })
  })
})
