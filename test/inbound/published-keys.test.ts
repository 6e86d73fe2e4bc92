import { generateKeyPairSync, type KeyObject } from 'node:crypto'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { SignJWT } from 'jose'
import { webhookScheme, type WebhookScheme } from '../../src/catalogue/schema/webhooks/schemes.ts'
import { isSignedByToken, keySetIn } from '../../src/inbound/receiving/signatures/jwt.ts'
import { Published } from '../../src/inbound/receiving/signatures/published.ts'
import type { SignedRequest } from '../../src/inbound/receiving/signed-request.ts'
import { createOutgoing } from '../../src/outgoing/agent.ts'

// A platform that publishes its keys, over loopback.
const outgoing = createOutgoing({ allowedPrivateNetworks: ['127.0.0.0/8'], proxy: undefined })
const first = generateKeyPairSync('rsa', { modulusLength: 2048 })
const second = generateKeyPairSync('rsa', { modulusLength: 2048 })
const platform = { status: 200, keys: { first } as Record<string, typeof first>, asked: 0 }
const jwks = (keys: typeof platform.keys) => ({
  keys: Object.entries(keys).map(([kid, { publicKey }]) => ({
    ...publicKey.export({ format: 'jwk' }),
    kid,
    use: 'sig',
    alg: 'RS256',
  })),
})
let server: Server
let url: string
beforeAll(async () => {
  server = createServer((_, answer) => {
    platform.asked++
    answer.writeHead(platform.status).end(JSON.stringify(jwks(platform.keys)))
  })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/certs`
})
afterAll(async () => {
  server.close()
  server.closeAllConnections()
  await outgoing.close()
})

const scheme: Extract<WebhookScheme, { kind: 'jwt' }> = {
  kind: 'jwt',
  token: { header: 'authorization', prefix: 'Bearer ' },
  keys: 'https://www.example.com/oauth2/v3/certs',
  issuers: ['https://accounts.example.com'],
  audience: 'url',
  claims: { email: { field: 'pushServiceAccount' }, email_verified: true },
}
const app = { clientId: 'client', fields: { pushServiceAccount: 'push@project.example.com', aud: 'ours' } }
const here = 'https://hub.example/webhooks/gmail/app_1'

const claims = {
  iss: 'https://accounts.example.com',
  aud: here,
  email: app.fields.pushServiceAccount,
  email_verified: true,
}
const inSeconds = (seconds: number) => Math.floor(Date.now() / 1000) + seconds

function tokenOf(
  said: object = claims,
  {
    kid = 'first',
    key = first.privateKey,
    exp = inSeconds(60),
  }: { kid?: string; key?: KeyObject; exp?: number | null } = {},
) {
  const jwt = new SignJWT({ ...said }).setProtectedHeader({ alg: 'RS256', kid })
  return (exp === null ? jwt : jwt.setExpirationTime(exp)).sign(key)
}

const settings = { freshMs: 60_000, staleMs: 120_000, apartMs: 0, retryMs: 0 }
const newKeys = (change: Partial<typeof settings> = {}) => new Published(keySetIn, { ...settings, ...change })

async function proves(token: string, keys = newKeys(), of = scheme, more: Partial<SignedRequest> = {}) {
  const request = { headers: { authorization: `Bearer ${token}` }, body: Buffer.from('{}'), url: here, ...more }
  return isSignedByToken(of, app, request, anew => keys.at({ app: 'app_1', outgoing, url }, anew), Date.now())
}

describe('a token by a key that a platform publishes', () => {
  it('proves what the platform has made for this address', async () => {
    expect(webhookScheme.parse(scheme)).toEqual(scheme)
    expect(await proves(await tokenOf())).toBe(true)
    expect(
      await proves(await tokenOf({ ...claims, aud: 'client' }), newKeys(), { ...scheme, audience: 'client-id' }),
    ).toBe(true)
    expect(
      await proves(await tokenOf({ ...claims, aud: 'ours' }), newKeys(), { ...scheme, audience: { field: 'aud' } }),
    ).toBe(true)
    // What is sent anew may be a little late.
    expect(await proves(await tokenOf(claims, { exp: inSeconds(-30) }))).toBe(true)
  })

  it('proves nothing that was made for another, by another, for ever, or too long ago', async () => {
    const wrong = [
      ...[{ iss: 'https://accounts.example.org' }, { aud: `${here}/` }, { aud: undefined }, { iss: undefined }],
      ...[
        { email: 'push@other.example.com' },
        { email: undefined },
        { email_verified: false },
        { email_verified: 'true' },
      ],
    ]
    for (const change of wrong)
      expect([change, await proves(await tokenOf({ ...claims, ...change }))]).toEqual([change, false])
    expect(await proves(await tokenOf(claims, { exp: inSeconds(-90) }))).toBe(false)
    expect(await proves(await tokenOf(claims, { exp: null }))).toBe(false)
    expect(await proves(await tokenOf(claims, { key: second.privateKey }))).toBe(false)
    expect(await proves(await tokenOf(), newKeys(), { ...scheme, claims: { email: { field: 'notThere' } } })).toBe(
      false,
    )
    expect(await proves(await tokenOf(), newKeys(), { ...scheme, audience: { field: 'notThere' } })).toBe(false)
    expect(await proves(await tokenOf(), newKeys(), scheme, { url: `${here}?x` })).toBe(false)
  })

  it('is of an algorithm that needs the published key, and is whole', async () => {
    const published = JSON.stringify(jwks({ first }).keys[0])
    const none = [{ alg: 'none', kid: 'first' }, claims]
      .map(part => Buffer.from(JSON.stringify(part)).toString('base64url'))
      .join('.')
    const confused = await new SignJWT(claims)
      .setProtectedHeader({ alg: 'HS256', kid: 'first' })
      .setExpirationTime('1m')
      .sign(Buffer.from(published))
    const token = await tokenOf()
    for (const text of [
      `${none}.`,
      none,
      confused,
      `${token}x`,
      token.slice(1),
      '',
      'a.b.c',
      `${token}.${token}`,
      'x'.repeat(9_000),
    ])
      expect(await proves(text)).toBe(false)
    expect(await proves('', newKeys(), scheme, { headers: { authorization: `Basic ${token}` } })).toBe(false)
    expect(await proves('', newKeys(), scheme, { headers: {} })).toBe(false)
    expect(await proves('', newKeys(), scheme, { headers: { authorization: `bearer ${token}` } })).toBe(true)
  })
})

describe('keys that a platform publishes', () => {
  const askedFor = async (work: () => Promise<unknown>) => {
    const before = platform.asked
    await work()
    return platform.asked - before
  }

  it('are fetched once for many, and again for a key that is not among them, once in a while', async () => {
    const keys = newKeys({ apartMs: 60_000 })
    const token = await tokenOf()
    expect(await askedFor(() => Promise.all(Array.from({ length: 20 }, () => proves(token, keys))))).toBe(1)
    const strange = await tokenOf(claims, { kid: 'second', key: second.privateKey })
    expect(await askedFor(() => proves(strange, keys))).toBe(0)
    const soon = newKeys()
    await proves(token, soon)
    platform.keys = { first, second }
    expect(await proves(strange, soon)).toBe(true)
    platform.keys = { first }
  })

  it('serve on while the platform is down, and what cannot be judged without it is to be sent again', async () => {
    const [token, strange] = [await tokenOf(), await tokenOf(claims, { kid: 'new', key: second.privateKey })]
    const keys = newKeys({ freshMs: 0 })
    expect(await proves(token, keys)).toBe(true)
    platform.status = 500
    expect(await proves(token, keys)).toBe(true)
    await expect(proves(strange, newKeys())).rejects.toMatchObject({
      code: 'KEYS_UNAVAILABLE',
      status: 503,
      retryAfterMs: 0,
    })
    await expect(proves(strange, keys)).rejects.toMatchObject({ code: 'KEYS_UNAVAILABLE' })
    await expect(proves(token, newKeys({ freshMs: 0, staleMs: 0 }))).rejects.toMatchObject({ code: 'KEYS_UNAVAILABLE' })
    platform.status = 404
    const absent = newKeys()
    expect(await proves(token, absent)).toBe(false)
    platform.status = 200
    // What was not there is looked for again, though it was fetched just now.
    expect(await proves(token, absent)).toBe(true)
  })

  it('are not asked for again at once, nor by anybody as often as he likes', async () => {
    platform.status = 500
    const slow = newKeys({ retryMs: 60_000 })
    const token = await tokenOf()
    expect(
      await askedFor(() =>
        proves(token, slow)
          .catch(() => proves(token, slow))
          .catch(() => undefined),
      ),
    ).toBe(1)
    const keys = newKeys()
    const many = async () => {
      for (let n = 0; n < 40; n++) await proves(token, keys).catch(() => undefined)
    }
    expect(await askedFor(many)).toBe(20)
    platform.status = 200
    await expect(
      new Published(keySetIn).at({ app: 'app_1', outgoing, url: 'http://keys.example/' }),
    ).rejects.toMatchObject({ code: 'KEYS_UNAVAILABLE' })
  })
})
