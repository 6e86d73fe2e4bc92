import { type Exchange, readJson, sendJson } from '../../http.ts'
import { forgetRegistered, isAddress, noteRegistered, sendSoon } from '../../registered.ts'
import type { Granted, Tools } from '../../tools.ts'
import { webhooks } from './webhooks.ts'

const writing = ['admin:repo_hook', 'write:repo_hook', 'repo']
const reading = [...writing, 'read:repo_hook']
const docs = 'https://docs.github.com/rest/repos/webhooks'

/** Webhooks of a repository; false for other calls. https://docs.github.com/en/rest/repos/webhooks */
export async function answerAboutHooks(
  { req, res, path }: Exchange,
  tools: Tools,
  granted: Granted,
  repositories: { full_name?: unknown }[],
): Promise<boolean> {
  const [, repository, hook] = /^\/repos\/([^/]+\/[^/]+)\/hooks(?:\/(\d+))?$/.exec(path) ?? []
  if (repository === undefined) return false
  const answer = (status: number, body: unknown) => (sendJson(res, status, body), true)
  const refuse = (status: number, message: string, errors?: unknown[]) =>
    answer(status, { message, ...(errors && { errors }), documentation_url: docs, status: String(status) })
  const allowed = req.method === 'GET' ? reading : writing
  // What a token may not do is not there for it.
  if (!repositories.some(({ full_name }) => full_name === repository)) return refuse(404, 'Not Found')
  if (!granted.scope.split(/[ ,]+/).some(scope => allowed.includes(scope))) return refuse(404, 'Not Found')
  const hooks = tools.things.list('hook', repository) as { id: number; url: string; events: string[] }[]
  const shown = ({ id, url, events }: (typeof hooks)[number]) => ({
    ...{ type: 'Repository', id, name: 'web', active: true, events },
    config: { url, content_type: 'json', insecure_ssl: '0', secret: '********' },
  })
  if (hook === undefined && req.method === 'GET') return answer(200, hooks.map(shown))
  if (hook !== undefined && req.method === 'GET') {
    const found = hooks.find(({ id }) => String(id) === hook)
    return found ? answer(200, shown(found)) : refuse(404, 'Not Found')
  }
  if (hook !== undefined && req.method === 'DELETE') {
    if (!tools.things.delete('hook', repository, hook)) return refuse(404, 'Not Found')
    forgetRegistered(tools, hooks.find(({ id }) => String(id) === hook)!.url)
    res.writeHead(204).end()
    return true
  }
  if (hook !== undefined || req.method !== 'POST') return refuse(404, 'Not Found')
  const asked = ((await readJson(req)) ?? {}) as { name?: string; events?: string[]; config?: Record<string, unknown> }
  const { url, secret } = asked.config ?? {}
  const events = asked.events ?? ['push']
  const wrong = (field: string, message: string) =>
    refuse(422, 'Validation Failed', [{ resource: 'Hook', code: 'custom', field, message }])
  if ((asked.name ?? 'web') !== 'web') return wrong('name', 'name must be web')
  if (!isAddress(url)) return wrong('url', 'url is missing or not a valid URL')
  if (!Array.isArray(events) || events.length === 0) return wrong('events', 'events must be a list')
  if (hooks.some(other => other.url === url)) return wrong('hook', 'Hook already exists on this repository')
  const made = { id: 12_345_000 + hooks.length + Math.floor(Math.random() * 1_000_000), url, events }
  tools.things.put('hook', repository, String(made.id), { ...made, secret })
  noteRegistered(tools, url, typeof secret === 'string' ? secret : '')
  // A ping follows: https://docs.github.com/en/webhooks/webhook-events-and-payloads#ping
  const ping = { event: 'ping', example: 0, form: false, secret: typeof secret === 'string' ? secret : '' }
  sendSoon(
    url,
    webhooks.sign({ ...ping, payload: { zen: 'Keep it logically awesome.', hook_id: made.id }, url, at: 0 }),
  )
  return answer(201, shown(made))
}
