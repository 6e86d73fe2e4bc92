import { random, tenYears } from '../../oauth/dialect.ts'
import type { SandboxPlatform } from '../../platform.ts'
import type { Granted, Tools } from '../../tools.ts'
import { commentsOf } from './comments.ts'
import { facebookLogin } from './dialect.ts'
import { graphRefusal } from './errors.ts'
import { answerGraph, type GraphNode } from './graph.ts'
import { leadsOf, series } from './insights.ts'
import { strictApp } from './proof.ts'
import { webhooks } from './webhooks.ts'

const scopes = [
  ...['public_profile', 'email', 'pages_show_list', 'pages_read_engagement', 'pages_read_user_content'],
  ...['pages_manage_posts', 'pages_manage_engagement', 'pages_manage_metadata', 'pages_messaging', 'publish_video'],
  ...['read_insights', 'business_management', 'leads_retrieval', 'catalog_management', 'instagram_basic'],
  ...['instagram_content_publish', 'instagram_manage_comments', 'instagram_manage_insights'],
]

const namesOf = (account: string) => (account.endsWith('2') ? ['Tea house', 'Book shop'] : ['Coffee house'])

/** A person has a page; the second has two. */
function pagesOf(account: string): Record<string, unknown>[] {
  return namesOf(account).map((name, index) => ({
    id: `20${account.slice(2, -1)}${index}`,
    ...{ name, category: 'Shop', tasks: ['MANAGE', 'CREATE_CONTENT', 'MODERATE'] },
  }))
}

/** A page has a form for leads. */
const formsOf = (page: Record<string, unknown>) => [`70${String(page['id']).slice(2)}`]

/** A page has two posts, each known by the page's id and its own. */
const postsOf = (page: Record<string, unknown>) =>
  ['122100000000001', '122100000000002'].map(id => `${String(page['id'])}_${id}`)

/** The pages with a token for each, that ends with the person's grant: https://developers.facebook.com/docs/pages-api */
function withTokens({ account, clientId, id: grantId }: Granted, tools: Tools): Record<string, unknown>[] {
  return pagesOf(account).map(page => {
    const token = `EAA${random(150)}`
    tools.issue({ clientId, account, token, seconds: tenYears(), grantId })
    tools.things.put('page of a token', account, token, page)
    return { ...page, access_token: token }
  })
}

const nodeAt: GraphNode = (granted, path, tools, query) => {
  const { account, scope, token } = granted
  const page = tools.things.get('page of a token', account, token)
  if (page) {
    const [, id, edge] = path.split('/')
    const isOwn = id === 'me' || id === page['id']
    if (isOwn && edge === undefined) return page
    if (isOwn && edge === 'insights') {
      const data = series(tools, String(page['id']), query, { names: /^page_[a-z_]+$/, days: 93 })
      return { data, always: ['name', 'period', 'values', 'title', 'description'] }
    }
    if (edge === 'leads' && formsOf(page).includes(id!))
      return { data: leadsOf(tools, id!, query), always: ['created_time', 'field_data'] }
    if (isOwn && edge === 'posts') return { data: postsOf(page).map(id => ({ id })) }
    if (edge === 'comments' && postsOf(page).includes(id!)) return commentsOf(tools, { post: id!, scope, query })
    return undefined
  }
  if (path === '/me' || path === `/${account}`) {
    const email = scope.split(' ').includes('email') ? { email: `person${account.slice(-3)}@example.com` } : {}
    return { id: account, name: `Person ${account.slice(-3)}`, ...email }
  }
  const isShown = scope.split(' ').includes('pages_show_list')
  if (path === '/me/accounts' || path === `/${account}/accounts`)
    return { data: isShown ? withTokens(granted, tools) : [] }
  return undefined
}

export const facebook: SandboxPlatform = {
  id: 'facebook',
  hosts: ['www.facebook.com', 'graph.facebook.com'],
  oauth: facebookLogin('Facebook', scopes),
  apps: [
    { clientId: '1000000000000001', clientSecret: 'sandbox-facebook-secret', redirectUris: [] },
    { ...strictApp, redirectUris: [] },
  ],
  people: {
    user: { externalAccountId: '10150000000000001' },
    page: { externalAccountId: '20150000000000000' },
  },
  answer: (exchange, tools) => answerGraph(exchange, tools, nodeAt),
  refusal: graphRefusal,
  webhooks,
}
