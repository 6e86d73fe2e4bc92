import { type Exchange, basicCredentials, readJson, sendJson } from '../../http.ts'
import type { Tools } from '../../tools.ts'
import { batch } from './batch.ts'
import { refuse } from './consent.ts'
import { customers } from './customers.ts'
import { answerAboutHooks } from './hooks.ts'
import { permissionsOf } from './keys.ts'
import { page } from './lists.ts'
import { orders } from './orders.ts'
import { products } from './products.ts'
import { type Fields, type Kind, Refused, type Shop, create, invalidId, remove, shopOf, update } from './records.ts'

const base = '/wp-json/wc/v3'

/** A shop's REST API, as far as it is called: https://woocommerce.github.io/woocommerce-rest-api-docs */
export async function answerShop(exchange: Exchange, tools: Tools): Promise<void> {
  const { req, res, query, path } = exchange
  const host = exchange.host ?? ''
  const shown = basicCredentials(req)
  // Some servers drop the header: then the query says it.
  const [key, secret] = [
    shown?.name ?? query.get('consumer_key') ?? undefined,
    shown?.password ?? query.get('consumer_secret') ?? undefined,
  ]
  const own = path.slice(base.length).replace(/\/$/, '')
  if (key === undefined) return refuse(res, 401, 'woocommerce_rest_cannot_view', 'Sorry, you cannot list resources.')
  const permissions = permissionsOf(tools, host, key, secret)
  if (permissions === undefined)
    return refuse(res, 401, 'woocommerce_rest_authentication_error', 'Consumer key or secret is invalid.')
  const wanted = req.method === 'GET' ? 'read' : 'write'
  if (!permissions.includes(wanted))
    return refuse(
      res,
      401,
      'woocommerce_rest_authentication_error',
      `The API key provided does not have ${wanted} permissions.`,
    )
  if (own === '/system_status') {
    const environment = { home_url: `https://${host}`, site_url: `https://${host}`, version: '10.3.0' }
    const whole = { environment, theme: { name: 'Storefront' }, settings: { currency: 'EUR' } }
    const fields = query.get('_fields')?.split(',')
    const told = Object.entries(whole).filter(([name]) => !fields || fields.includes(name))
    return sendJson(res, 200, Object.fromEntries(told))
  }
  const [, collection, id, more] = own.split('/')
  if (collection === 'webhooks') return answerAboutHooks(exchange, tools, id)
  const kind = [products, orders, customers].find(({ name }) => name === collection)
  if (!kind || more !== undefined) return refuse(res, 404, 'rest_no_route', noRoute)
  try {
    await answerAbout(exchange, kind, shopOf(tools, host), id)
  } catch (error) {
    if (!(error instanceof Refused)) throw error
    sendJson(res, error.status, error.body)
  }
}

const noRoute = 'No route was found matching the URL and request method.'

async function answerAbout(
  { req, res, query, host, path }: Exchange,
  kind: Kind,
  shop: Shop,
  id?: string,
): Promise<void> {
  const said = async () => {
    const body = await readJson(req)
    if (typeof body !== 'object' || body === null)
      throw new Refused(400, 'rest_invalid_json', 'Invalid JSON body passed.')
    return body as Fields
  }
  if (id === 'batch' && req.method === 'POST') return sendJson(res, 200, batch(kind, await said(), shop))
  if (id === undefined && req.method === 'POST') return sendJson(res, 201, create(kind, await said(), shop))
  if (id === undefined && req.method === 'GET') {
    const { items, headers } = page(kind, query, shop, `https://${host}${path}`)
    return sendJson(res, 200, items, headers)
  }
  if (id === undefined || !/^\d+$/.test(id)) throw new Refused(404, 'rest_no_route', noRoute)
  if (req.method === 'PUT' || req.method === 'POST' || req.method === 'PATCH')
    return sendJson(res, 200, update(kind, id, await said(), shop))
  if (req.method === 'DELETE')
    return sendJson(res, 200, remove(kind, id, ['true', '1'].includes(query.get('force') ?? ''), shop))
  const item = shop.get(kind.name, id)
  if (!item || req.method !== 'GET') throw invalidId(kind)
  sendJson(res, 200, item)
}
