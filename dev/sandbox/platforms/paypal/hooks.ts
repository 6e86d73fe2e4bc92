import { type Exchange, readJson } from '../../http.ts'
import { random } from '../../oauth/dialect.ts'
import { forgetRegistered, isAddress, noteRegistered } from '../../registered.ts'
import type { Granted, Tools } from '../../tools.ts'

const scope = 'https://uri.paypal.com/services/applications/webhooks'
/** https://developer.paypal.com/api/rest/webhooks/rest/ */
const most = 10

interface Webhook extends Record<string, unknown> {
  id: string
  url: string
}

interface Answers {
  answer: (status: number, body?: unknown) => void
  refuse: (status: number, name: string, message: string, details?: unknown[]) => void
}

/** Webhooks of an app. https://developer.paypal.com/api/webhooks/v1/webhooks-post */
export async function answerAboutHooks(
  { req, path }: Exchange,
  tools: Tools,
  { clientId, scope: granted }: Granted,
  { answer, refuse }: Answers,
): Promise<void> {
  if (!granted.split(' ').includes(scope))
    return refuse(403, 'NOT_AUTHORIZED', 'Authorization failed due to insufficient permissions.')
  const id = path.split('/')[4]
  const webhooks = tools.things.list('webhook', clientId) as Webhook[]
  const found = webhooks.find(webhook => webhook.id === id)
  if (id !== undefined && !found) return refuse(404, 'INVALID_RESOURCE_ID', 'The resource ID was not found.')
  if (req.method === 'GET') return answer(200, found ?? { webhooks })
  if (req.method === 'DELETE' && found) {
    tools.things.delete('webhook', clientId, found.id)
    forgetRegistered(tools, found.url)
    return answer(204)
  }
  if (req.method !== 'POST' || found) return refuse(405, 'METHOD_NOT_SUPPORTED', 'Not here.')
  const asked = ((await readJson(req)) ?? {}) as { url?: unknown; event_types?: { name?: unknown }[] }
  const { url, event_types: types = [] } = asked
  const wrong = [
    ...(isAddress(url) ? [] : [{ field: 'url', issue: 'Not a valid webhook URL' }]),
    ...(Array.isArray(types) && types.length > 0 ? [] : [{ field: 'event_types', issue: 'Is missing' }]),
    ...(Array.isArray(types) && types.every(({ name }) => /^(\*|[A-Z-]+(\.[A-Z-]+)+)$/.test(String(name)))
      ? []
      : [{ field: 'event_types', issue: 'Not a valid webhook event type' }]),
  ]
  if (wrong.length > 0) return refuse(400, 'VALIDATION_ERROR', 'Invalid data provided', wrong)
  if (webhooks.some(other => other.url === url))
    return refuse(400, 'WEBHOOK_URL_ALREADY_EXISTS', 'Webhook URL already exists')
  if (webhooks.length >= most)
    return refuse(400, 'WEBHOOK_NUMBER_LIMIT_EXCEEDED', 'Number of webhooks exceeds maximum allowed')
  const event_types = types.map(({ name }) => ({ name, description: String(name), status: 'ENABLED' }))
  const made = { id: random(17).toUpperCase(), url: url as string, event_types }
  tools.things.put('webhook', clientId, made.id, made)
  noteRegistered(tools, made.url, made.id)
  const href = `https://api-m.paypal.com/v1/notifications/webhooks/${made.id}`
  answer(201, { ...made, links: [{ href, rel: 'self', method: 'GET' }] })
}
