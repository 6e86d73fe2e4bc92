import { type Exchange, readJson, sendJson } from '../../http.ts'
import { forgetRegistered, isAddress, noteRegistered, sendSoon } from '../../registered.ts'
import type { Tools } from '../../tools.ts'
import { refuse } from './consent.ts'

const topic =
  /^((coupon|order|product)\.(created|updated|deleted|restored)|customer\.(created|updated|deleted)|action\.\w+)$/

interface Webhook extends Record<string, unknown> {
  id: number
  delivery_url: string
}

/** A shop's webhooks. https://woocommerce.github.io/woocommerce-rest-api-docs/#webhooks */
export async function answerAboutHooks({ req, res, query, host = '' }: Exchange, tools: Tools, id?: string) {
  const hooks = tools.things.list('webhook', host) as Webhook[]
  const found = hooks.find(hook => String(hook.id) === id)
  if (id !== undefined && !found) return refuse(res, 404, 'woocommerce_rest_shop_webhook_invalid_id', 'Invalid ID.')
  if (req.method === 'GET') return sendJson(res, 200, found ?? hooks)
  if (req.method === 'DELETE' && found) {
    if (query.get('force') !== 'true')
      return refuse(res, 501, 'woocommerce_rest_trash_not_supported', 'Webhooks do not support trashing.')
    tools.things.delete('webhook', host, String(found.id))
    forgetRegistered(tools, found.delivery_url)
    return sendJson(res, 200, found)
  }
  if (req.method !== 'POST' || found) return refuse(res, 404, 'rest_no_route', 'No route was found matching the URL.')
  const asked = ((await readJson(req)) ?? {}) as Record<string, unknown>
  const { name = 'Webhook created on a day', status = 'active', delivery_url, secret = '' } = asked
  const wrong = (what: string, message: string) =>
    refuse(res, 400, `woocommerce_rest_shop_webhook_invalid_${what}`, message)
  if (typeof asked['topic'] !== 'string' || !topic.test(asked['topic']))
    return wrong('topic', 'Webhook topic is required and must be valid.')
  if (!isAddress(delivery_url))
    return wrong('delivery_url', 'Webhook delivery URL must be a valid URL starting with http:// or https://.')
  if (!['active', 'paused', 'disabled'].includes(String(status)) || typeof secret !== 'string')
    return refuse(res, 400, 'rest_invalid_param', 'Invalid parameter(s)')
  const [resource, event] = asked['topic'].split('.')
  const next = 10 + Math.floor(Math.random() * 1_000_000)
  const made = { id: next, name, status, topic: asked['topic'], resource, event, hooks: [], delivery_url }
  tools.things.put('webhook', host, String(next), made)
  noteRegistered(tools, delivery_url, secret)
  const headers = { 'content-type': 'application/x-www-form-urlencoded' }
  sendSoon(delivery_url, { id: 'ping', headers, body: `webhook_id=${next}`, signed: [] })
  sendJson(res, 201, made)
}
