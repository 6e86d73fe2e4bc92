import type { SandboxPlatform } from '../../platform.ts'
import { facebookLogin } from '../facebook/dialect.ts'
import { graphError, graphRefusal } from '../facebook/errors.ts'
import { answerGraph, type GraphNode } from '../facebook/graph.ts'
import { adInsights } from '../facebook/insights.ts'
import { bearerToken, sendJson } from '../../http.ts'
import type { Granted, Tools } from '../../tools.ts'
import { webhooks } from './webhooks.ts'

const scopes = [
  ...['public_profile', 'email', 'ads_read', 'ads_management', 'business_management', 'pages_show_list'],
  ...['pages_read_engagement', 'pages_manage_ads', 'leads_retrieval', 'catalog_management', 'read_insights'],
]

/** A person has one ad account; the second has two. */
function adAccountsOf(account: string): Record<string, unknown>[] {
  const names = account.endsWith('2') ? ['Spring', 'Autumn'] : ['All year']
  return names.map((name, index) => {
    const account_id = `30${account.slice(2)}${index}`
    return { id: `act_${account_id}`, account_id, name, account_status: 1, currency: 'EUR', timezone_name: 'Etc/UTC' }
  })
}

const nodeAt: GraphNode = ({ account, scope }, path, tools, query) => {
  if (path === '/me') return { id: account, name: `Person ${account.slice(-3)}` }
  if (!/\bads_(read|management)\b/.test(scope)) return undefined
  if (path === '/me/adaccounts' || path === `/${account}/adaccounts`) return { data: adAccountsOf(account) }
  const [, id, edge] = path.split('/')
  const known = adAccountsOf(account).find(one => one['id'] === id)
  if (edge === 'insights' && known) return { data: adInsights(tools, id!, query), always: ['date_start', 'date_stop'] }
  if (edge === 'campaigns' && known)
    return { data: [{ id: '23840000000000001', name: 'Sale', objective: 'OUTCOME_SALES', status: 'PAUSED' }] }
  return edge === undefined ? known : undefined
}

/** A key of a system user opens what a person's token opens. */
const systemUser = `EAA${'SandboxSystemUser'.repeat(4)}`

function withKeys(tools: Tools): Tools {
  const granted = (token: string | undefined): Granted | undefined => {
    const account = tools.accountOfKey(token)
    if (account === undefined) return tools.granted(token)
    return { id: '', account, scope: 'ads_read', clientId: '', params: {}, token: token!, expiresAt: 0 }
  }
  return { ...tools, granted }
}

export const metaAds: SandboxPlatform = {
  id: 'meta-ads',
  hosts: ['www.facebook.com', 'graph.facebook.com'],
  oauth: facebookLogin('Meta Ads', scopes),
  apps: [{ clientId: '1000000000000002', clientSecret: 'sandbox-meta-ads-secret', redirectUris: [] }],
  keys: { [systemUser]: '10150000000000001' },
  people: {
    oauth: { externalAccountId: 'act_301500000000000010' },
    'system-user': {
      credentials: { apiKey: systemUser },
      wrongCredentials: { apiKey: `EAA${'SandboxNobody'.repeat(4)}` },
      externalAccountId: 'act_301500000000000010',
    },
  },
  answer(exchange, tools) {
    const isSystemUser = tools.accountOfKey(bearerToken(exchange.req)) !== undefined
    if (isSystemUser && exchange.req.method === 'DELETE')
      return sendJson(exchange.res, 400, graphError(100, 'Unsupported delete request'))
    return answerGraph(exchange, withKeys(tools), nodeAt)
  },
  refusal: graphRefusal,
  webhooks,
}
