import { type Exchange, basicCredentials, sendJson } from '../../http.ts'
import { type Dialect, random, tenYears } from '../../oauth/dialect.ts'
import type { SandboxPlatform } from '../../platform.ts'
import type { Tools } from '../../tools.ts'
import { answerAboutHooks } from './hooks.ts'
import { answerAboutLists } from './lists.ts'
import { webhooks } from './webhooks.ts'

const key = (words: string) => `${words.repeat(4)}-us21`
const account = '8d3a3db4d97663a9074efcc16'

/** https://mailchimp.com/developer/marketing/guides/access-user-data-oauth-2/: no scopes, no refresh, no end. */
const oauth: Dialect = {
  name: 'Mailchimp',
  authorization: { host: 'login.mailchimp.com', path: '/oauth2/authorize' },
  token: { host: 'login.mailchimp.com', path: '/oauth2/token' },
  scopes: [],
  unknownScopes: 'ignored',
  pkce: 'ignored',
  clientAuth: ['body'],
  readToken: form => (form.get('grant_type') === 'authorization_code' ? undefined : 'grant_type is not known'),
  refresh: false,
  accessTokenSeconds: tenYears,
  newToken: () => random(32).toLowerCase(),
  translate({ status, body }) {
    if (status !== 200) return { status: status >= 500 ? status : 400, body }
    return { status, body: { access_token: body['access_token'], expires_in: 0, scope: null } }
  },
  accounts: [account],
  accountPattern: /^[0-9a-f]{25}$/,
}

const problem = (status: number, title: string, detail: string) => ({
  ...{ type: 'https://mailchimp.com/developer/marketing/docs/errors/', title, status, detail, instance: random(12) },
})

/** The Marketing API, at the account's own data centre, as far as it is called. */
async function answer(exchange: Exchange, tools: Tools): Promise<void> {
  const { req, res, host, path } = exchange
  const [scheme, shown] = (req.headers.authorization ?? '').split(' ')
  if (host === 'login.mailchimp.com' && path === '/oauth2/metadata') {
    // What is wrong comes with a 200 here.
    const granted = scheme === 'OAuth' ? tools.granted(shown) : undefined
    if (!granted) return sendJson(res, 200, { error: 'invalid_token' })
    const login = { login_id: 1, login_name: 'owner', email: 'owner@example.com' }
    const api_endpoint = 'https://us21.api.mailchimp.com'
    return sendJson(res, 200, { dc: 'us21', role: 'owner', accountname: 'A shop', login, api_endpoint })
  }
  const opened =
    scheme === 'Basic'
      ? tools.accountOfKey(basicCredentials(req)?.password)
      : /^(OAuth|Bearer)$/.test(scheme ?? '')
        ? (tools.granted(shown)?.account ?? tools.accountOfKey(shown))
        : undefined
  if (opened === undefined)
    return sendJson(
      res,
      401,
      problem(401, 'API Key Invalid', 'Your API key may be invalid, or you used the wrong datacenter.'),
    )
  if (host !== undefined && host !== 'us21.api.mailchimp.com')
    return sendJson(res, 401, problem(401, 'API Key Invalid', 'You used the wrong datacenter.'))
  if (path === '/3.0/ping') return sendJson(res, 200, { health_status: "Everything's Chimpy!" })
  if (path === '/3.0/' || path === '/3.0')
    return sendJson(res, 200, {
      account_id: opened,
      account_name: 'A shop',
      email: 'owner@example.com',
      total_subscribers: 2,
    })
  if (await answerAboutHooks(exchange, tools, ['57afe96172'], problem)) return
  if (answerAboutLists(exchange, tools, ['57afe96172'], problem)) return
  if (path === '/3.0/lists')
    return sendJson(res, 200, {
      lists: [{ id: '57afe96172', name: 'News', stats: { member_count: 2 } }],
      total_items: 1,
    })
  sendJson(res, 404, problem(404, 'Resource Not Found', 'The requested resource could not be found.'))
}

export const mailchimp: SandboxPlatform = {
  id: 'mailchimp',
  hosts: ['login.mailchimp.com', '{dc}.api.mailchimp.com'],
  oauth,
  apps: [{ clientId: '628100000001', clientSecret: 'sandbox-mailchimp-secret', redirectUris: [] }],
  keys: { [key('c0ffee00')]: account },
  people: {
    oauth: { externalAccountId: account },
    key: {
      credentials: { apiKey: key('c0ffee00') },
      wrongCredentials: { apiKey: key('deadbeef') },
      externalAccountId: account,
    },
  },
  answer,
  refusal: status => ({
    body: problem(
      status,
      status === 429 ? 'Too Many Requests' : 'Internal Server Error',
      'You have exceeded the limit.',
    ),
  }),
  webhooks,
}
