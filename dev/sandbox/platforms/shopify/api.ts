import { type Exchange, readJson, sendJson } from '../../http.ts'
import type { Tools } from '../../tools.ts'
import { answerAboutWebhooks } from './subscriptions.ts'

const versions = ['2025-10', '2026-01', '2026-04', '2026-07', '2026-10']
const refusal = '[API] Invalid API key or access token (unrecognized login or wrong password)'

/** The Admin API, as far as it is called: the shop, customers and products. https://shopify.dev/docs/api/admin-graphql */
export async function handleShopify(exchange: Exchange, tools: Tools): Promise<void> {
  const { req, res, host, path } = exchange
  const token = req.headers['x-shopify-access-token']
  const shown = typeof token === 'string' ? token : undefined
  const granted = tools.granted(shown)
  const shop = granted?.account ?? tools.accountOfKey(shown)
  // A token of one shop opens no other.
  if (!shop || shop !== host) return sendJson(res, 401, { errors: refusal })
  if (path === '/admin/api_permissions/current.json' && req.method === 'DELETE') {
    if (!granted) return sendJson(res, 403, { errors: 'This action requires an app that was installed' })
    tools.endGrant(granted.id)
    return sendJson(res, 200, {})
  }
  const [, version, resource] = /^\/admin\/api\/([^/]+)\/(.+)\.json$/.exec(path) ?? []
  if (!version || !versions.includes(version)) return sendJson(res, 404, { errors: 'Not Found' })
  const headers = { 'x-shopify-api-version': version, 'x-shopify-shop-api-call-limit': '1/40' }
  if (resource === 'shop' && req.method === 'GET') return sendJson(res, 200, { shop: shopOf(shop) }, headers)
  if (resource === 'products' && req.method === 'GET') return sendJson(res, 200, { products }, headers)
  const about = { shop, resource: resource ?? '', scopes: granted?.scope.split(' ') ?? [] }
  if (await answerAboutWebhooks(exchange, tools, about, headers)) return
  if (resource === 'graphql' && req.method === 'POST') {
    if (!/^application\/json\b/.test(req.headers['content-type'] ?? ''))
      return sendJson(res, 415, { errors: 'Unsupported Media Type' }, headers)
    const { query = '' } = ((await readJson(req)) ?? {}) as { query?: string }
    return sendJson(res, 200, graphql(query, shop, granted?.scope.split(' ') ?? []), headers)
  }
  sendJson(res, 404, { errors: 'Not Found' }, headers)
}

function graphql(query: string, shop: string, scopes: string[]): unknown {
  const cost = {
    requestedQueryCost: 3,
    actualQueryCost: 3,
    throttleStatus: { maximumAvailable: 2000, currentlyAvailable: 1997, restoreRate: 100 },
  }
  const extensions = { cost }
  const asked = /\{\s*(shop|customers|products)\b/.exec(query)?.[1]
  if (asked === 'shop') {
    const { name, myshopify_domain: myshopifyDomain } = shopOf(shop)
    return { data: { shop: { id: 'gid://shopify/Shop/548380009', name, myshopifyDomain } }, extensions }
  }
  if (asked === undefined) {
    const message = 'Field does not exist on type QueryRoot'
    return { errors: [{ message, extensions: { code: 'undefinedField' } }] }
  }
  if (scopes.length > 0 && !scopes.some(scope => scope.endsWith(`_${asked}`))) {
    const message = `Access denied for ${asked} field. Required access: \`read_${asked}\` access scope.`
    return { errors: [{ message, path: [asked], extensions: { code: 'ACCESS_DENIED' } }], data: { [asked]: null } }
  }
  const pageInfo = { hasNextPage: false, endCursor: null }
  const nodes = products.map(({ id, title }) => ({ id: `gid://shopify/Product/${id}`, title }))
  return { data: { [asked]: { nodes, pageInfo } }, extensions }
}

const products = [
  { id: 632_910_392, title: 'IPod Nano - 8GB' },
  { id: 921_728_736, title: 'IPod Touch 8GB' },
]

function shopOf(shop: string) {
  const name = shop.split('.')[0]!
  return { id: 548_380_009, name: `The ${name}`, myshopify_domain: shop, currency: 'USD', plan_name: 'partner_test' }
}
