import { type Exchange, basicCredentials, readJson, sendJson } from '../../http.ts'
import type { Tools } from '../../tools.ts'
import { refuse } from './consent.ts'
import { answerAboutHooks } from './hooks.ts'
import { permissionsOf } from './keys.ts'

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
  const [, collection, id] = own.split('/')
  if (collection === 'webhooks') return answerAboutHooks(exchange, tools, id)
  if (collection !== 'products') return refuse(res, 404, 'rest_no_route', 'No route was found matching the URL.')
  if (req.method === 'POST' && id === undefined) return create()
  if (id === undefined) return list()
  const product = tools.things.get('product', host, id)
  if (!product) return refuse(res, 404, 'woocommerce_rest_product_invalid_id', 'Invalid ID.')
  sendJson(res, 200, product)

  async function create(): Promise<void> {
    const said = ((await readJson(req)) ?? {}) as Record<string, unknown>
    const number = 100 + tools.things.list('product', host).length
    const product = { id: number, name: '', type: 'simple', status: 'publish', ...said }
    tools.things.put('product', host, String(number), product)
    sendJson(res, 201, product)
  }
  function list(): void {
    const all = tools.things.list('product', host)
    const size = Math.min(Number(query.get('per_page') ?? 10), 100)
    const page = Number(query.get('page') ?? 1)
    const headers = { 'x-wp-total': String(all.length), 'x-wp-totalpages': String(Math.ceil(all.length / size)) }
    sendJson(res, 200, all.slice((page - 1) * size, page * size), headers)
  }
}
