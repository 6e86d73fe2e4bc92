import { randomBytes, randomInt } from 'node:crypto'
import { type Exchange, readJson, sendJson } from '../../http.ts'
import { forgetRegistered, isAddress, noteRegistered } from '../../registered.ts'
import type { Tools } from '../../tools.ts'

const timeoutMs = 10_000
const actions = ['added', 'changed', 'removed', 'deleted', 'undeleted']

interface Webhook extends Record<string, unknown> {
  gid: string
  target: string
}

type Refuse = (status: number, message: string) => void

/** Webhooks of a person. https://developers.asana.com/reference/createwebhook */
export async function answerAboutHooks(
  { req, res }: Exchange,
  tools: Tools,
  { account, may, gid }: { account: string; may: (scope: string) => boolean; gid: string | undefined },
  resources: readonly { gid: string; name: string }[],
  refuse: Refuse,
): Promise<void> {
  const scope = { GET: 'webhooks:read', DELETE: 'webhooks:delete' }[req.method ?? ''] ?? 'webhooks:write'
  if (!may(scope)) return refuse(403, `Your app is missing a required scope: ${scope}`)
  const webhooks = tools.things.list('webhook', account) as Webhook[]
  const found = webhooks.find(webhook => webhook.gid === gid)
  if (gid !== undefined && !found) return refuse(404, `webhook: Unknown object: ${gid}`)
  if (req.method === 'GET') return sendJson(res, 200, { data: found ?? webhooks })
  if (req.method === 'DELETE' && found) {
    tools.things.delete('webhook', account, found.gid)
    forgetRegistered(tools, found.target)
    return sendJson(res, 200, { data: {} })
  }
  if (req.method !== 'POST' || found) return refuse(404, 'No matching route for request')
  const { data } = ((await readJson(req)) ?? {}) as { data?: Record<string, unknown> }
  const { resource, target, filters = [] } = data ?? {}
  const watched = resources.find(one => one.gid === resource)
  if (!watched) return refuse(400, `resource: Unknown object: ${String(resource)}`)
  if (!isAddress(target)) return refuse(400, 'target: Not a valid URL')
  if (!Array.isArray(filters) || !filters.every(isFilter)) return refuse(400, 'filters: Not a list of filters')
  if (webhooks.some(other => other.target === target && (other['resource'] as { gid: string }).gid === watched.gid))
    return refuse(403, 'resource: There is a webhook for this resource and target already')
  const secret = randomBytes(32).toString('hex')
  if (!(await shakesHands(target, secret)))
    return refuse(400, 'The remote server did not respond with the handshake secret.')
  const made = {
    gid: String(randomInt(2 ** 47)),
    resource_type: 'webhook',
    active: true,
    resource: watched,
    target,
    filters,
  }
  tools.things.put('webhook', account, made.gid, made)
  noteRegistered(tools, target, secret)
  sendJson(res, 201, { data: made, 'X-Hook-Secret': secret })
}

function isFilter(filter: unknown): boolean {
  const { resource_type, action, ...more } = Object(filter) as Record<string, unknown>
  if (typeof resource_type !== 'string' || !/^[a-z_]+$/.test(resource_type)) return false
  if (action !== undefined && !actions.includes(action as string)) return false
  return Object.keys(more).every(name => ['resource_subtype', 'fields'].includes(name))
}

/** https://developers.asana.com/docs/webhooks-guide: while the request that makes it is still open. */
async function shakesHands(target: string, secret: string): Promise<boolean> {
  try {
    const headers = { 'x-hook-secret': secret, 'content-type': 'application/json' }
    const answer = await fetch(target, { method: 'POST', headers, body: '{}', signal: AbortSignal.timeout(timeoutMs) })
    await answer.body?.cancel()
    return [200, 204].includes(answer.status) && answer.headers.get('x-hook-secret') === secret
  } catch {
    return false
  }
}
