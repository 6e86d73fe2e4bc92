import { createSecretKey, generateKeyPairSync } from 'node:crypto'
import { SignJWT } from 'jose'
import { webhookScheme, type WebhookScheme } from '../../src/catalogue/schema/webhooks/schemes.ts'
import { isSignedBySecretToken } from '../../src/inbound/receiving/signatures/jwt.ts'

const scheme: Extract<WebhookScheme, { kind: 'jwt-hmac' }> = {
  kind: 'jwt-hmac',
  token: { header: 'authorization', prefix: 'Bearer ' },
}
const secret = 'the client secret of an app'
const now = Date.now()
const inSeconds = (seconds: number) => Math.floor(now / 1000) + seconds

function tokenOf({ alg = 'HS256', exp = inSeconds(60), key = createSecretKey(secret, 'utf8'), claims = {} } = {}) {
  return new SignJWT({ exp, ...claims }).setProtectedHeader({ alg }).sign(key)
}

const proves = (token: string, secrets = [secret], prefix = 'Bearer ') =>
  isSignedBySecretToken(scheme, secrets, { headers: { authorization: prefix + token }, body: Buffer.from('{}') }, now)

describe('a token by the secret of an app', () => {
  it('proves who has made it, by each of the secrets while one follows another', async () => {
    expect(webhookScheme.parse(scheme)).toEqual(scheme)
    const token = await tokenOf()
    expect(await proves(token)).toBe(true)
    expect(await proves(token, ['the next', secret])).toBe(true)
    expect(await proves(token, ['another'])).toBe(false)
    expect(await proves(token, [])).toBe(false)
    expect(await proves(token, [''])).toBe(false)
    expect(await proves(token, [secret], '')).toBe(false)
    expect(await proves(token, [secret], 'bearer ')).toBe(true)
  })

  it('lasts until it says, and one that does not say proves nothing', async () => {
    expect(await proves(await tokenOf({ exp: inSeconds(-59) }))).toBe(true)
    expect(await proves(await tokenOf({ exp: inSeconds(-61) }))).toBe(false)
    expect(await proves(await tokenOf({ claims: { exp: undefined } }))).toBe(false)
    expect(await proves(await tokenOf({ claims: { nbf: inSeconds(90) } }))).toBe(false)
  })

  it('is of the one algorithm, and whole', async () => {
    const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
    const pem = publicKey.export({ type: 'spki', format: 'pem' }).toString()
    const token = await tokenOf()
    const [header, claims, signature] = token.split('.')
    const none = Buffer.from(JSON.stringify({ alg: 'none' })).toString('base64url')
    expect(await proves(await tokenOf({ alg: 'RS256', key: privateKey }), [pem])).toBe(false)
    expect(await proves(await tokenOf({ alg: 'HS512' }))).toBe(false)
    const longer = Buffer.from(JSON.stringify({ exp: inSeconds(9_000) })).toString('base64url')
    // The last letter has bits that mean nothing.
    const alike = token.replace(/.$/, last => String.fromCharCode(last.charCodeAt(0) + 1))
    expect(Buffer.from(alike.split('.')[2]!, 'base64url')).toEqual(Buffer.from(signature!, 'base64url'))
    for (const text of [
      alike,
      ...[`${none}.${claims}.`, `${none}.${claims}.${signature}`, `${header}.${longer}.${signature}`],
      ...[`${header}.${claims}.`, `${header}.${claims}`, `${token}x`, `${token}.`, '', 'a.b.c', 'x'.repeat(9_000)],
    ])
      expect([text, await proves(text)]).toEqual([text, false])
  })
})
