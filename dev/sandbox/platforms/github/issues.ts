import { type Exchange, sendJson } from '../../http.ts'
import type { Thing, Tools } from '../../tools.ts'

// Issues of a repository, among which its pull requests are: https://docs.github.com/en/rest/issues/issues

const docs = 'https://docs.github.com/rest/issues/issues'
const times = ['created_at', 'updated_at', 'comments']

/** Answers what is asked about the issues of one of these repositories; gives whether that was it. */
export function answerAboutIssues(
  { req, res, path, query }: Exchange,
  tools: Tools,
  own: Record<string, unknown>[],
  headers: Record<string, string>,
): boolean {
  const [, byName, byId, number] =
    /^\/(?:repos\/([^/]+\/[^/]+)|repositories\/(\d+))\/issues(?:\/(\d+))?$/.exec(path) ?? []
  if ((byName ?? byId) === undefined || req.method !== 'GET') return false
  const refuse = (status: number, message: string) => {
    sendJson(res, status, { message, documentation_url: docs, status: String(status) }, headers)
    return true
  }
  const repository = own.find(({ full_name, id }) => full_name === byName || String(id) === byId)
  if (!repository) return refuse(404, 'Not Found')
  const name = String(repository['full_name'])
  const issues = tools.things.list('issues', name).map(issue => shown(name, issue))
  if (number !== undefined) {
    const found = issues.find(issue => issue['number'] === Number(number))
    if (found) return sendJson(res, 200, found, headers) ?? true
    const last = Math.max(0, ...issues.map(issue => Number(issue['number'])))
    return Number(number) <= last ? refuse(410, 'This issue was deleted') : refuse(404, 'Not Found')
  }
  const [state, since] = [query.get('state') ?? 'open', query.get('since')]
  const [sort, direction] = [`${query.get('sort') ?? 'created'}_at`, query.get('direction') ?? 'desc']
  if (!['open', 'closed', 'all'].includes(state)) return refuse(422, 'Validation Failed')
  if (since !== null && !/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/.test(since)) return refuse(422, 'Validation Failed')
  if (!times.includes(sort.replace('comments_at', 'comments'))) return refuse(422, 'Validation Failed')
  const listed = issues
    .filter(issue => state === 'all' || issue['state'] === state)
    .filter(issue => since === null || String(issue['updated_at']) >= since)
    .sort((one, other) => String(one[sort]).localeCompare(String(other[sort])) * (direction === 'asc' ? 1 : -1))
  const size = Math.min(Number(query.get('per_page') ?? 30), 100)
  const page = Number(query.get('page') ?? 1)
  const link = linkTo(`https://api.github.com/repositories/${String(repository['id'])}/issues`, query, page + 1)
  const more = page * size < listed.length ? { link } : {}
  sendJson(res, 200, listed.slice((page - 1) * size, page * size), { ...headers, ...more })
  return true
}

/** Its links name the repository by its id. https://docs.github.com/en/rest/using-the-rest-api/using-pagination-in-the-rest-api */
function linkTo(address: string, query: URLSearchParams, page: number): string {
  const next = new URLSearchParams(query)
  next.set('page', String(page))
  return `<${address}?${next.toString()}>; rel="next"`
}

function shown(repository: string, { number, ...said }: Thing): Thing {
  const { created_at = '2026-01-01T00:00:00Z' } = said
  return {
    ...{ id: 3_000_000_000 + Number(number), node_id: `I_${String(number)}`, number, title: `Issue ${String(number)}` },
    ...{ state: 'open', state_reason: null, locked: false, comments: 0, body: null, labels: [], assignees: [] },
    ...{ assignee: null, milestone: null, created_at, updated_at: created_at, closed_at: null },
    ...{ user: { login: 'octocat', id: 583_231 }, author_association: 'OWNER' },
    url: `https://api.github.com/repos/${repository}/issues/${String(number)}`,
    html_url: `https://github.com/${repository}/issues/${String(number)}`,
    ...said,
  }
}
