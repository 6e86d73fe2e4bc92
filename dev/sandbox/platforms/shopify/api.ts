import { z } from 'zod'
import { type Exchange, readJson, sendJson } from '../../http.ts'
import type { Tools } from '../../tools.ts'
import { bucketOf } from './admin/bucket.ts'
import { answerGraphql } from './admin/graphql.ts'
import { shopOf } from './admin/shop.ts'
import { fileHost, sendFile } from './bulk/files.ts'
import { answerAboutWebhooks } from './subscriptions.ts'

const versions = ['2025-10', '2026-01', '2026-04', '2026-07', '2026-10']
const refusal = '[API] Invalid API key or access token (unrecognized login or wrong password)'

/** The Admin API, as far as it is called: by GraphQL, the older resources of the shop and its products, and webhooks. https://shopify.dev/docs/api/admin-graphql */
export async function handleShopify(exchange: Exchange, tools: Tools): Promise<void> {
  const { req, res, host, path } = exchange
  if (host === fileHost) return sendFile(exchange, tools.storage)
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
  if (resource === 'shop' && req.method === 'GET') return sendJson(res, 200, { shop: restShop(shop) }, headers)
  if (resource === 'products' && req.method === 'GET') return sendJson(res, 200, { products }, headers)
  const about = { shop, resource: resource ?? '', scopes: granted?.scope.split(' ') ?? [] }
  if (await answerAboutWebhooks(exchange, tools, about, headers)) return
  if (resource === 'graphql' && req.method === 'POST') {
    if (!/^application\/json\b/.test(req.headers['content-type'] ?? ''))
      return sendJson(res, 415, { errors: 'Unsupported Media Type' }, headers)
    const asked = request.safeParse(await readJson(req))
    if (!asked.success)
      return sendJson(res, 400, { errors: { query: 'Required parameter missing or invalid' } }, headers)
    const { query, variables, operationName } = asked.data
    const scopes = granted?.scope.split(' ') ?? []
    const said = { query, variables: variables ?? {}, operationName: operationName ?? undefined }
    const ground = { storage: tools.storage, version, origin: `http://${req.headers.host}/${tools.platform}` }
    const bucket = bucketOf(tools.storage, shop)
    return sendJson(res, 200, answerGraphql(said, shopOf(tools, shop, scopes), bucket, ground), headers)
  }
  sendJson(res, 404, { errors: 'Not Found' }, headers)
}

const request = z.object({
  query: z.string(),
  variables: z.record(z.string(), z.unknown()).nullish(),
  operationName: z.string().nullish(),
})

const products = [
  { id: 632_910_392, title: 'IPod Nano - 8GB' },
  { id: 921_728_736, title: 'IPod Touch 8GB' },
]

function restShop(shop: string) {
  const name = shop.split('.')[0]!
  return { id: 548_380_009, name: `The ${name}`, myshopify_domain: shop, currency: 'USD', plan_name: 'partner_test' }
}
