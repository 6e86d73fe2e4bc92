import { randomBytes } from 'node:crypto'
import { type Exchange, readBody } from '../../http.ts'
import { forgetRegistered, isAddress, noteRegistered } from '../../registered.ts'
import type { Tools } from '../../tools.ts'

/** https://docs.stripe.com/webhooks: of an account, and of each mode. */
const most = 16
const eventName = /^(\*|[a-z0-9_]+(\.[a-z0-9_]+)+)$/
const known = ['url', 'description', 'api_version', 'connect', 'metadata']

interface Endpoint extends Record<string, unknown> {
  id: string
  url: string
}

/** Webhook endpoints of an account. https://docs.stripe.com/api/webhook_endpoints */
export async function answerAboutEndpoints(
  { req, path }: Exchange,
  tools: Tools,
  account: string,
  {
    answer,
    refuse,
  }: { answer: (body: unknown) => void; refuse: (status: number, error: Record<string, unknown>) => void },
): Promise<void> {
  const id = path.split('/')[3]
  const endpoints = tools.things.list('endpoint', account) as Endpoint[]
  const found = endpoints.find(endpoint => endpoint.id === id)
  if (id !== undefined && !found)
    return refuse(404, { code: 'resource_missing', message: `No such webhook endpoint: '${id}'`, param: 'id' })
  if (req.method === 'GET')
    return answer(found ?? { object: 'list', url: '/v1/webhook_endpoints', has_more: false, data: endpoints })
  if (req.method === 'DELETE' && found) {
    tools.things.delete('endpoint', account, found.id)
    forgetRegistered(tools, found.url)
    return answer({ id: found.id, object: 'webhook_endpoint', deleted: true })
  }
  if (req.method !== 'POST' || found) return refuse(404, { message: 'Unrecognized request' })
  if (req.headers['content-type']?.startsWith('application/x-www-form-urlencoded') !== true)
    return refuse(400, { message: 'Requests have to be of the type application/x-www-form-urlencoded.' })
  const form = [...new URLSearchParams((await readBody(req)).toString('utf8'))]
  const events = form.flatMap(([name, value]) => (/^enabled_events\[\d*\]$/.test(name) ? [value] : []))
  const said = Object.fromEntries(form.filter(([name]) => known.includes(name)))
  const unknown = form.find(([name]) => !/^(enabled_events|metadata)\[/.test(name) && !known.includes(name))
  if (unknown) return refuse(400, { code: 'parameter_unknown', message: `Received unknown parameter: ${unknown[0]}` })
  if (!said['url'])
    return refuse(400, { code: 'parameter_missing', message: 'Missing required param: url.', param: 'url' })
  if (!isAddress(said['url'])) return refuse(400, { code: 'url_invalid', message: 'Invalid URL', param: 'url' })
  if (events.length === 0)
    return refuse(400, { code: 'parameter_missing', message: 'Missing required param: enabled_events.' })
  const wrong = events.findIndex(event => !eventName.test(event))
  if (wrong >= 0) return refuse(400, { message: `Invalid enabled_events[${wrong}]: ${events[wrong]}` })
  if (endpoints.length >= most)
    return refuse(400, { message: `You have reached the maximum of ${most} test webhook endpoints.` })
  const made = {
    ...{
      id: `we_${randomBytes(12).toString('hex')}`,
      object: 'webhook_endpoint',
      api_version: null,
      application: null,
    },
    ...{ created: Math.floor(Date.now() / 1000), description: said['description'] ?? null, enabled_events: events },
    ...{ livemode: false, metadata: {}, status: 'enabled', url: said['url'] },
  }
  tools.things.put('endpoint', account, made.id, made)
  const secret = `whsec_${randomBytes(24).toString('base64url').replaceAll(/[-_]/g, 'A')}`
  noteRegistered(tools, made.url, secret)
  // Told this once.
  answer({ ...made, secret })
}
