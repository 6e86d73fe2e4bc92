import { type Exchange, readJson, sendJson } from '../../http.ts'
import { forgetRegistered, isAddress, noteRegistered } from '../../registered.ts'
import type { Tools } from '../../tools.ts'

const flags = [
  ...['confidential_issues_events', 'confidential_note_events', 'deployment_events', 'enable_ssl_verification'],
  ...['feature_flag_events', 'issues_events', 'job_events', 'merge_requests_events', 'note_events', 'pipeline_events'],
  ...['push_events', 'releases_events', 'tag_push_events', 'wiki_page_events', 'resource_access_token_events'],
]
/** What a hook has where nothing is said of it. */
const unsaid: Record<string, boolean> = { push_events: true, enable_ssl_verification: true }

interface Hook extends Record<string, unknown> {
  id: number
  url: string
}

/** Hooks of a project; false for other calls. https://docs.gitlab.com/api/project_webhooks/ */
export async function answerAboutHooks(
  { req, res, path }: Exchange,
  tools: Tools,
  { host, projects, mayWrite }: { host: string; projects: { id: number; path: string }[]; mayWrite: boolean },
  lacking: unknown,
): Promise<boolean> {
  const [, named, hook] = /^\/api\/v4\/projects\/([^/]+)\/hooks(?:\/(\d+))?$/.exec(path) ?? []
  if (named === undefined) return false
  const answer = (status: number, body: unknown) => (sendJson(res, status, body), true)
  if (!mayWrite) return answer(403, lacking)
  const project = projects.find(one => [String(one.id), one.path].includes(decodeURIComponent(named)))
  if (!project) return answer(404, { message: '404 Project Not Found' })
  const owner = `${host}/${project.id}`
  const hooks = tools.things.list('hook', owner) as Hook[]
  const found = hooks.find(({ id }) => String(id) === hook)
  if (hook !== undefined && !found) return answer(404, { message: '404 Not found' })
  if (req.method === 'GET') return answer(200, found ?? hooks)
  if (req.method === 'DELETE' && found) {
    tools.things.delete('hook', owner, String(found.id))
    forgetRegistered(tools, found.url)
    res.writeHead(204).end()
    return true
  }
  if (req.method !== 'POST' || found) return answer(405, { error: '405 Not Allowed' })
  const asked = ((await readJson(req)) ?? {}) as Record<string, unknown>
  const { url, token } = asked
  if (url === undefined) return answer(400, { error: 'url is missing' })
  const wrong = flags.filter(flag => asked[flag] !== undefined && typeof asked[flag] !== 'boolean')
  if (wrong.length > 0) return answer(400, { error: wrong.map(flag => `${flag} is invalid`).join(', ') })
  if (!isAddress(url)) return answer(422, { error: 'Invalid url given' })
  if (token !== undefined && typeof token !== 'string') return answer(400, { error: 'token is invalid' })
  const told = Object.fromEntries(flags.map(flag => [flag, asked[flag] ?? unsaid[flag] ?? false]))
  const id = 71_200_000 + Math.floor(Math.random() * 1_000_000)
  const made: Hook = { id, url, project_id: project.id, created_at: new Date().toISOString(), ...told }
  tools.things.put('hook', owner, String(id), made)
  noteRegistered(tools, url, token ?? '')
  // The token is never told.
  return answer(201, made)
}
