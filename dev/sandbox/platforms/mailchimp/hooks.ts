import { type Exchange, readJson, sendJson } from '../../http.ts'
import { forgetRegistered, isAddress, noteRegistered } from '../../registered.ts'
import type { Tools } from '../../tools.ts'

const timeoutMs = 10_000
const events = ['subscribe', 'unsubscribe', 'profile', 'cleaned', 'upemail', 'campaign']
const sources = ['user', 'admin', 'api']

interface Webhook extends Record<string, unknown> {
  id: string
  url: string
}

type Problem = (status: number, title: string, detail: string) => Record<string, unknown>

/** Webhooks of an audience; false for other calls. https://mailchimp.com/developer/marketing/api/list-webhooks/ */
export async function answerAboutHooks(
  { req, res, path }: Exchange,
  tools: Tools,
  lists: readonly string[],
  problem: Problem,
): Promise<boolean> {
  const [, list, id] = /^\/3\.0\/lists\/([^/]+)\/webhooks(?:\/([^/]+))?$/.exec(path) ?? []
  if (list === undefined) return false
  const answer = (status: number, body: unknown) => (sendJson(res, status, body), true)
  const gone = () => answer(404, problem(404, 'Resource Not Found', 'The requested resource could not be found.'))
  if (!lists.includes(list)) return gone()
  const webhooks = tools.things.list('webhook', list) as Webhook[]
  const found = webhooks.find(webhook => webhook.id === id)
  if (id !== undefined && !found) return gone()
  if (req.method === 'GET')
    return answer(200, found ?? { webhooks, list_id: list, total_items: webhooks.length, _links: [] })
  if (req.method === 'DELETE' && found) {
    tools.things.delete('webhook', list, found.id)
    forgetRegistered(tools, found.url)
    res.writeHead(204).end()
    return true
  }
  if (req.method !== 'POST' || found) return answer(405, problem(405, 'Method Not Allowed', 'Not here.'))
  const asked = ((await readJson(req)) ?? {}) as Record<string, unknown>
  const wrong = wrongMembers(asked)
  const refuse = (detail: string) => answer(400, problem(400, 'Invalid Resource', detail))
  if (wrong.length > 0) return refuse(`Schema describes other fields: ${wrong.join(', ')}`)
  const url = asked['url'] as string
  if (webhooks.some(webhook => webhook.url === url)) return refuse('You can’t set up multiple WebHooks for one URL.')
  if (!(await isThere(url))) return refuse('We couldn’t connect to the URL: it has to answer a GET with 200.')
  const made = {
    ...{ id: crypto.randomUUID().replaceAll('-', '').slice(0, 10), url, list_id: list },
    events: { ...Object.fromEntries(events.map(name => [name, false])), ...(asked['events'] as object) },
    sources: { ...Object.fromEntries(sources.map(name => [name, false])), ...(asked['sources'] as object) },
  }
  tools.things.put('webhook', list, made.id, made)
  noteRegistered(tools, url, '')
  return answer(200, made)
}

function wrongMembers({ url, events: told = {}, sources: from = {}, ...more }: Record<string, unknown>): string[] {
  const flagsOf = (said: unknown, known: readonly string[]) =>
    Object.entries(Object(said) as object).flatMap(([name, value]) =>
      known.includes(name) && typeof value === 'boolean' ? [] : [name],
    )
  return [...(isAddress(url) ? [] : ['url']), ...flagsOf(told, events), ...flagsOf(from, sources), ...Object.keys(more)]
}

/** https://mailchimp.com/developer/marketing/guides/sync-audience-data-webhooks/#create-a-webhook */
async function isThere(url: string): Promise<boolean> {
  try {
    const answer = await fetch(url, { signal: AbortSignal.timeout(timeoutMs), redirect: 'manual' })
    await answer.body?.cancel()
    return answer.status === 200
  } catch {
    return false
  }
}
