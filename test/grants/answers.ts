/** One answer of a token endpoint, and what has to come of it. */
export interface OddAnswer {
  name: string
  status: number
  headers: Record<string, string>
  body: string
  expected:
    | { kind: 'grant'; lifeMs: number; refreshToken: string | undefined; scopes: string[] | undefined }
    | { kind: 'failure'; failure: 'dead_grant' | 'bad_client' | 'refused' | 'rate_limited' | 'down' }
}

const hour = 3_600_000
const pick = <T>(list: readonly T[], turn: number): T => list[turn % list.length]!

const labels = [
  'application/json',
  'text/plain',
  'text/javascript',
  'text/html',
  'application/x-www-form-urlencoded',
  '',
]
const types = [undefined, 'Bearer', 'bearer', 'BEARER', 'user', 'bot', null, '', 7]
const goodStatuses = [200, 201, 202, 200, 203]
const refreshTokens = ['new', undefined, null, '', 5, []]
const beside = [
  {},
  { id_token: 'garbage' },
  { error: null },
  { error: '' },
  { ok: true },
  { error: 'x' },
  { ok: false },
]
const scopes: [unknown, string[] | undefined][] = [
  ['one two', ['one', 'two']],
  ['one,two', ['one', 'two']],
  ['one, two one', ['one', 'two']],
  [
    ['one', 'two'],
    ['one', 'two'],
  ],
  ...[undefined, null, '', ' ', [], [null], 5, {}].map(value => [value, undefined] as [unknown, undefined]),
]
const lives: [() => unknown, number][] = [
  [() => 1_800, hour / 2],
  [() => '1800', hour / 2],
  [() => '1800.5', hour / 2 + 500],
  [() => Math.round(Date.now() / 1_000) + 1_800, hour / 2],
  [() => Date.now() + 1_800_000, hour / 2],
  [() => 1_800_000, hour / 2],
  ...[undefined, null, 0, -1, 'soon', '', 1e15, 1e300, 2_147_483_647, {}, true].map(
    value => [() => value, hour] as [() => unknown, number],
  ),
]

function form(members: Record<string, unknown>): string {
  const known = Object.entries(members).filter(([, value]) => value !== undefined)
  return new URLSearchParams(
    known.map(([name, value]) => [name, typeof value === 'object' ? '' : String(value as string)] as [string, string]),
  ).toString()
}

/** How a platform says what others say at the top of an answer. */
export interface Shape {
  /** The same members where this platform has them; as they are unless given. */
  place?: (members: Record<string, unknown>) => Record<string, unknown>
  /** Whether it may be a form, which has no members inside members; it may unless this says no. */
  forms?: boolean
}

/** Successes in which everything but the token itself is odd, each of the ways to be odd in turn with all the others. */
export function* oddSuccesses(
  count: number,
  token: (turn: number) => string,
  { place = members => members, forms = true }: Shape = {},
): Generator<OddAnswer> {
  for (let turn = 0; turn < count; turn++) {
    // Different strides, so that each pair of oddities meets sooner or later.
    const [scope, read] = pick(scopes, turn * 5 + Math.floor(turn / 12))
    const [life, lifeMs] = pick(lives, turn * 3 + Math.floor(turn / 17))
    const refreshToken = pick(refreshTokens, turn + Math.floor(turn / 6))
    const members = {
      ...pick(beside, turn + Math.floor(turn / 7)),
      access_token: token(turn),
      token_type: pick(types, turn + Math.floor(turn / 9)),
      refresh_token: refreshToken === 'new' ? `${token(turn)}-r` : refreshToken,
      expires_in: life(),
      x_refresh_token_expires_in: life(),
      scope,
    }
    const asForm = forms && turn % 4 === 3
    const status = pick(goodStatuses, turn)
    const label = pick(labels, turn + Math.floor(turn / 4))
    // A form has no null and no list: what it can say of them is the empty text.
    const inForm = asForm && typeof scope === 'object' ? undefined : read
    yield {
      name: `${turn}: ${status} ${label} ${asForm ? 'form' : 'json'}`,
      status,
      headers: label === '' ? {} : { 'content-type': label },
      body: asForm ? form(place(members)) : `${turn % 5 === 0 ? '\ufeff \r\n' : ''}${JSON.stringify(place(members))}`,
      expected: {
        kind: 'grant',
        lifeMs,
        // In a form a number is a text like any other.
        refreshToken: refreshToken === 'new' ? `${token(turn)}-r` : asForm && refreshToken === 5 ? '5' : undefined,
        scopes: asForm && scope === 5 ? ['5'] : inForm,
      },
    }
  }
}

const html = '<!doctype html><html><body>error=invalid_grant {"error":"invalid_grant"}</body></html>'
type Failure = Extract<OddAnswer['expected'], { kind: 'failure' }>['failure']
const said: [Record<string, unknown>, Failure][] = [
  [{ error: 'invalid_grant' }, 'dead_grant'],
  [{ error: { code: 'invalid_grant' } }, 'dead_grant'],
  [{ error: { type: 'x', code: 'invalid_grant', message: 'a b' } }, 'dead_grant'],
  [{ error: ['invalid_grant'] }, 'dead_grant'],
  [{ errors: [{ code: 'invalid_grant' }] }, 'dead_grant'],
  [{ ok: false, error: 'token_revoked' }, 'dead_grant'],
  [{ error: 'invalid_client' }, 'bad_client'],
  [{ error: { error: 'unauthorized_client' } }, 'bad_client'],
  [{ error: 'invalid_request', error_description: 'it was revoked' }, 'refused'],
  [{ error: 'invalid_token' }, 'refused'],
  [{ success: false, error_code: 40_013 }, 'refused'],
  [{ error: 'a sentence that is no code' }, 'refused'],
  [{ error: 'temporarily_unavailable' }, 'down'],
  [{ error: { code: 503 } }, 'down'],
  [{ error: 'slow_down' }, 'rate_limited'],
  [{ ok: false, error: 'ratelimited' }, 'rate_limited'],
]

/** Failures in odd places: errors under any label and status, pages of gateways, answers that are cut or empty. */
export function oddFailures({ place = members => members, forms = true }: Shape = {}): OddAnswer[] {
  const answers: OddAnswer[] = []
  const add = (status: number, label: string, body: string, failure: Failure, headers = {}) =>
    answers.push({
      name: `${answers.length}: ${status} ${label} ${body.slice(0, 60)} is ${failure}`,
      status,
      headers: { ...(label === '' ? {} : { 'content-type': label }), ...headers },
      body,
      expected: { kind: 'failure', failure },
    })
  for (const [members, failure] of said) {
    for (const status of [200, 201, 400, 401, 403]) {
      const label = pick(labels, answers.length)
      add(status, label, JSON.stringify(place(members)), failure)
      if (forms && typeof members.error === 'string') add(status, label, form(members), failure)
    }
    // Whatever a server's own failure or a limit says beside it is no verdict.
    for (const status of [500, 502, 503]) add(status, 'application/json', JSON.stringify(place(members)), 'down')
    add(429, 'application/json', JSON.stringify(place(members)), 'rate_limited')
  }
  for (const status of [200, 401, 403, 404, 500, 502, 503, 504]) add(status, 'text/html', html, 'down')
  for (const status of [301, 302, 303, 307, 308])
    add(status, 'text/html', '', 'down', { location: 'https://elsewhere.example/' })
  for (const body of ['', '{"access_token":"cut', '[]', 'null', '{}', '{"access_token":""}', '{"access_token":7}']) {
    add(200, 'application/json', body, 'down')
  }
  add(400, 'application/json', '{}', 'refused')
  add(401, 'text/html', html, 'bad_client', { 'www-authenticate': 'Basic realm="tokens"' })
  return answers
}
