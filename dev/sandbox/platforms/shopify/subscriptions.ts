import { type Exchange, readJson, sendJson } from '../../http.ts'
import { isAddress } from '../../registered.ts'
import type { Tools } from '../../tools.ts'

interface Webhook extends Record<string, unknown> {
  id: number
  topic: string
  address: string
}

/** Topics that are about something that the app has to be allowed to read. */
const guarded = ['products', 'orders', 'draft_orders', 'customers', 'inventory', 'fulfillments']

/** An app's webhooks in a shop. https://shopify.dev/docs/api/admin-rest/latest/resources/webhook; gives whether it was one. */
export async function answerAboutWebhooks(
  { req, res }: Exchange,
  tools: Tools,
  { shop, resource, scopes }: { shop: string; resource: string; scopes: string[] },
  headers: Record<string, string>,
): Promise<boolean> {
  const [, id] = /^webhooks(?:\/(\d+))?$/.exec(resource) ?? []
  if (!/^webhooks(\/\d+)?$/.test(resource)) return false
  const answer = (status: number, body: unknown) => (sendJson(res, status, body, headers), true)
  const webhooks = tools.things.list('webhook', shop) as Webhook[]
  const found = webhooks.find(webhook => String(webhook.id) === id)
  if (id !== undefined && !found) return answer(404, { errors: 'Not Found' })
  if (req.method === 'GET') return answer(200, found ? { webhook: found } : { webhooks })
  if (req.method === 'DELETE' && found) {
    tools.things.delete('webhook', shop, String(found.id))
    return answer(200, {})
  }
  if (req.method !== 'POST' || found) return answer(405, { errors: 'Method Not Allowed' })
  const asked = ((await readJson(req)) ?? {}) as { webhook?: Record<string, unknown> }
  if (!asked.webhook) return answer(400, { errors: { webhook: 'Required parameter missing or invalid' } })
  const { topic, address, format = 'json' } = asked.webhook
  const [about] = typeof topic === 'string' ? topic.split('/') : []
  if (typeof topic !== 'string' || !/^[a-z_]+\/[a-z_]+$/.test(topic))
    return answer(422, { errors: { topic: ['Invalid topic specified.'] } })
  const mayRead = scopes.some(scope => scope === `read_${about}` || scope === `write_${about}`)
  if (guarded.includes(about!) && scopes.length > 0 && !mayRead)
    return answer(403, { errors: `[API] This action requires merchant approval for read_${about} scope.` })
  if (!isAddress(address)) return answer(422, { errors: { address: ['is not a valid URL'] } })
  if (webhooks.some(other => other.topic === topic && other.address === address))
    return answer(422, { errors: { address: ['for this topic has already been taken'] } })
  const made = { id: 4_759_300 + Math.floor(Math.random() * 1_000_000), address, topic, format, fields: [] }
  tools.things.put('webhook', shop, String(made.id), made)
  return answer(201, { webhook: made })
}
