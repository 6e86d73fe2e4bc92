import { type Exchange, readJson, sendJson } from '../../http.ts'
import { forgetRegistered, isAddress, noteRegistered } from '../../registered.ts'
import type { Tools } from '../../tools.ts'

const eventTypes = ['form_response', 'form_response_partial']

interface Webhook extends Record<string, unknown> {
  url: string
  tag: string
}

type Refuse = (status: number, code: string, description: string) => void

/** Webhooks of a form; false for other calls. https://www.typeform.com/developers/webhooks/reference/ */
export async function answerAboutHooks(
  { req, res, path }: Exchange,
  tools: Tools,
  forms: readonly string[],
  lacks: (scope: string) => boolean,
  refuse: Refuse,
): Promise<boolean> {
  const [, form, tag] = /^\/forms\/([^/]+)\/webhooks(?:\/([^/]+))?$/.exec(path) ?? []
  if (form === undefined) return false
  const refused = (...said: Parameters<Refuse>) => (refuse(...said), true)
  const answer = (status: number, body: unknown) => (sendJson(res, status, body), true)
  const scope = req.method === 'GET' ? 'webhooks:read' : 'webhooks:write'
  if (lacks(scope)) return refused(403, 'FORBIDDEN', `${scope} is missing`)
  if (!forms.includes(form)) return refused(404, 'FORM_NOT_FOUND', `Non existing form with uid ${form}`)
  const items = tools.things.list('webhook', form) as Webhook[]
  const found = items.find(webhook => webhook.tag === tag)
  if (req.method === 'GET' && tag === undefined) return answer(200, { items })
  if (req.method === 'PUT' && tag !== undefined) {
    const {
      url,
      enabled = false,
      secret,
      verify_ssl = true,
      event_types,
      ...more
    } = ((await readJson(req)) ?? {}) as Record<string, unknown>
    const types = (event_types ?? { form_response: true }) as Record<string, unknown>
    const wrong = [
      ...(isAddress(url) ? [] : ['url']),
      ...(typeof enabled === 'boolean' ? [] : ['enabled']),
      ...(typeof verify_ssl === 'boolean' ? [] : ['verify_ssl']),
      ...(secret === undefined || typeof secret === 'string' ? [] : ['secret']),
      ...Object.keys(types).filter(type => !eventTypes.includes(type) || typeof types[type] !== 'boolean'),
      ...Object.keys(more),
    ]
    if (wrong.length > 0) return refused(400, 'VALIDATION_ERROR', `Payload validation failed: ${wrong.join(', ')}`)
    const now = new Date().toISOString()
    const told = { url: url as string, tag, enabled, verify_ssl, event_types: types, form_id: form, updated_at: now }
    const made = { id: `01${tag.slice(-8).toUpperCase()}`, created_at: found?.['created_at'] ?? now, ...told }
    tools.things.put('webhook', form, tag, made)
    noteRegistered(tools, made.url, typeof secret === 'string' ? secret : '')
    return answer(200, made)
  }
  if (!found) return refused(404, 'WEBHOOK_NOT_FOUND', 'Non existing webhook with this tag')
  if (req.method === 'GET') return answer(200, found)
  if (req.method !== 'DELETE') return refused(405, 'METHOD_NOT_ALLOWED', 'Method not allowed')
  tools.things.delete('webhook', form, found.tag)
  forgetRegistered(tools, found.url)
  res.writeHead(204).end()
  return true
}
