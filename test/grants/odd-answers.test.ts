import { createServer, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import { brotliCompressSync, deflateSync, gzipSync } from 'node:zlib'
import { authMethod } from '../../src/catalogue/schema/auth.ts'
import { TokenError } from '../../src/grants/answers/token-error.ts'
import { deliveredIn } from '../../src/grants/key-delivery.ts'
import type { Grant, GrantCall } from '../../src/grants/grant.ts'
import { wayOf } from '../../src/grants/ways.ts'
import { createOutgoing } from '../../src/outgoing/agent.ts'
import { oddFailures, oddSuccesses, type OddAnswer } from './answers.ts'
import { appAt, oddKinds, type OddKind } from './odd-kinds.ts'

interface Asked {
  request: IncomingMessage
  body: string
}
type Answer = Pick<OddAnswer, 'status' | 'headers'> & {
  body: string | Buffer
  /** Ends the connection before all of what was announced is there. */
  cut?: boolean
}

const first: Answer = { status: 200, headers: {}, body: JSON.stringify({ access_token: 'first' }) }
let answer: Answer = first
let before = 0
const asked: Asked[] = []
const server = createServer((request, response) => {
  let body = ''
  request.setEncoding('utf8')
  request.on('data', (chunk: string) => (body += chunk))
  request.on('end', () => {
    asked.push({ request, body })
    const now = before-- > 0 ? first : answer
    if (!now.cut) return void response.writeHead(now.status, now.headers).end(now.body)
    response.writeHead(now.status, { ...now.headers, 'content-length': now.body.length + 10 })
    response.write(now.body, () => response.destroy())
  })
})
await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
const outgoing = createOutgoing({ allowedPrivateNetworks: ['127.0.0.0/8'], proxy: undefined })
afterAll(async () => {
  server.closeAllConnections()
  server.close()
  await outgoing.close()
})

const app = appAt(`http://127.0.0.1:${(server.address() as AddressInfo).port}`)
const called = (change: Partial<GrantCall> = {}): GrantCall => ({
  ...{ outgoing, definition: { name: 'Made' }, app, config: { installation_id: '7' }, scopes: [] },
  limits: { timeoutMs: 5_000 },
  ...change,
})

/** Asks as a kind does, answered oddly; gives what came of it, a grant or an error. */
async function ask(kind: OddKind, odd: Answer, change: Partial<GrantCall> = {}): Promise<Grant | TokenError> {
  ;[answer, before] = [odd, kind.before ?? 0]
  asked.length = 0
  const way = wayOf(kind.method)
  try {
    return await (kind.given ? way.obtain(called(change), kind.given) : way.renew(called(change), kind.kept!))
  } catch (error) {
    if (error instanceof TokenError) return error
    throw error
  }
}

/** What a failure comes to: its word, or that the token of before is kept. */
function verdict(outcome: Grant | TokenError): string {
  if (outcome instanceof TokenError) return outcome.failure
  return outcome.accessToken === 'first' && outcome.fields?.pending ? 'kept' : 'a token'
}

function expectedVerdict(kind: OddKind, failure: TokenError['failure'], status = 200): string {
  if (kind.signed && status === 401 && failure !== 'down' && failure !== 'rate_limited') return 'bad_client'
  if (kind.keepsFirst && (failure === 'down' || failure === 'rate_limited')) return 'kept'
  return kind.ownClient && failure === 'bad_client' ? 'dead_grant' : failure
}

const successes = 100
const json = { 'content-type': 'application/json' }

describe.each(Object.entries(oddKinds))('an odd answer to %s', (_, kind) => {
  it('loses no token, whatever stands beside it', async () => {
    for (const odd of oddSuccesses(successes, turn => `at-${turn}`, kind.shape)) {
      if (odd.expected.kind !== 'grant') throw new Error('not a success')
      const grant = await ask(kind, odd)
      const { lifeMs, scopes } = odd.expected
      const refreshToken = kind.unrefreshed ? undefined : odd.expected.refreshToken
      expect({ name: odd.name, body: odd.body, grant }).toMatchObject({
        grant: { accessToken: `at-${odd.name.split(':')[0]}`, refreshToken, scopes },
      })
      const { expiresInMs = 3_600_000 } = grant as { expiresInMs?: number }
      // An instant is written in whole seconds.
      expect([odd.body, Math.abs(expiresInMs - lifeMs) < 2_500]).toEqual([odd.body, true])
    }
  })

  it('is a verdict when it says so, and an outage otherwise', async () => {
    for (const odd of oddFailures(kind.shape)) {
      if (odd.expected.kind !== 'failure') throw new Error('not a failure')
      const outcome = await ask(kind, odd)
      const expected = expectedVerdict(kind, odd.expected.failure, odd.status)
      expect([odd.name, verdict(outcome)]).toEqual([odd.name, expected])
    }
  })

  it('is read though a gateway has packed it, and is an outage where it is cut or endless', async () => {
    const { place = (members: object) => members } = kind.shape ?? {}
    const text = JSON.stringify(place({ access_token: 'packed', expires_in: 60 }))
    const packed: [string, Buffer][] = [
      ['gzip', gzipSync(text)],
      ['deflate', deflateSync(text)],
      ['br', brotliCompressSync(text)],
    ]
    for (const [encoding, body] of packed) {
      const headers = { ...json, 'content-encoding': encoding }
      expect(await ask(kind, { status: 200, headers, body })).toMatchObject({ accessToken: 'packed' })
      const half = body.subarray(0, body.length / 2)
      expect(verdict(await ask(kind, { status: 200, headers, body: half }))).toBe(expectedVerdict(kind, 'down'))
    }
    const dead = JSON.stringify({ error: 'invalid_grant' })
    const bomb = gzipSync(Buffer.alloc(20 * 1024 * 1024, ' '))
    const unread: Answer[] = [
      { status: 200, headers: json, body: text, cut: true },
      { status: 400, headers: json, body: dead, cut: true },
      { status: 200, headers: { ...json, 'content-encoding': 'gzip' }, body: bomb },
      { status: 400, headers: json, body: dead.padEnd(2 * 1024 * 1024) },
    ]
    for (const one of unread) expect(verdict(await ask(kind, one))).toBe(expectedVerdict(kind, 'down'))
  })
})

const oddTexts = ['a:b', 'a+b', 'a/b', 'a%2Fb', 'a b', 'a&b=c', 'äöü', '秘密', 'a"b\\c', '-_.*~', "!'()", '👍']
const well: Answer = { status: 200, headers: json, body: JSON.stringify({ access_token: 'at' }) }

/** The id and secret that a request proves its client by, as RFC 6749 (2.3.1) has a server read them. */
function clientIn({ request, body }: Asked, raw: boolean): [string | null, string | null] {
  const parameters = request.method === 'GET' ? new URL(request.url!, 'http://x').searchParams : parametersIn(body)
  const [scheme, credentials] = (request.headers.authorization ?? '').split(' ')
  if (scheme !== 'Basic') return [parameters.get('client_id'), parameters.get('client_secret')]
  const text = Buffer.from(credentials ?? '', 'base64').toString()
  const at = text.indexOf(':')
  const decoded = (part: string) => (raw ? part : new URLSearchParams(`x=${part}`).get('x'))
  return [decoded(text.slice(0, at)), decoded(text.slice(at + 1))]
}

function parametersIn(body: string): URLSearchParams {
  return new URLSearchParams(body.startsWith('{') ? (JSON.parse(body) as Record<string, string>) : body)
}

const token = 'https://id.made.example/token'
const asks = [
  ['basic', {}],
  ['basic-raw', {}],
  ['body', {}],
  ['body', { tokenBody: 'json' }],
  ['body', { tokenMethod: 'GET' }],
] as const

it.each(asks)('gives an odd secret as it is, by %s %j', async (clientAuth, more) => {
  const method = authMethod.parse({
    ...{ kind: 'oauth2', id: 'oauth', token, authorize: 'https://id.made.example/authorize', clientAuth },
    ...{ lifetime: {}, deadGrant: [], defaultScopes: [], ...more },
  })
  for (const text of oddTexts) {
    // A raw pair is cut at the first colon: an id has none.
    const id = clientAuth === 'basic-raw' ? 'id' : text
    const change = { app: { ...app, clientId: id, clientSecret: text } }
    await ask({ method, kept: { accessToken: 'at', refreshToken: text } }, well, change)
    const [{ request, body }] = asked as [Asked]
    const said = request.method === 'GET' ? new URL(request.url!, 'http://x').searchParams : parametersIn(body)
    expect([said.get('refresh_token'), ...clientIn({ request, body }, clientAuth === 'basic-raw')]).toEqual([
      text,
      id,
      text,
    ])
  }
})

it('takes a delivered key that is whole, and nothing else', () => {
  const method = authMethod.parse({
    ...{ kind: 'key_delivery', id: 'keys', authorize: 'https://id.made.example/authorize' },
    ...{ stateParam: 'user_id', returnParam: 'return_url', deliverParam: 'callback_url' },
    refused: { param: 'success', equals: '0' },
    delivery: { state: 'user_id', fields: { key: 'consumer_key', secret: 'consumer_secret' } },
    placement: { in: 'basic', user: '{key}', password: '{secret}' },
  })
  if (method.kind !== 'key_delivery') throw new Error('another kind')
  const whole = { user_id: 'state', consumer_key: 'ck_a:+/%', consumer_secret: 'cs_b', key_permissions: 'read' }
  const fields = { key: 'ck_a:+/%', secret: 'cs_b' }
  expect(deliveredIn(method, whole)).toEqual({ state: 'state', fields })
  const odd = [undefined, null, '', 0, 7, true, [], {}, ['ck'], { value: 'ck' }, ' ', 'a b', 'ä', 'x'.repeat(3_000)]
  for (const name of ['user_id', 'consumer_key', 'consumer_secret'] as const) {
    for (const value of odd) expect(deliveredIn(method, { ...whole, [name]: value })).toBeUndefined()
  }
  for (const body of [undefined, null, '', 'text', 7, [], [whole]]) expect(deliveredIn(method, body)).toBeUndefined()
})
