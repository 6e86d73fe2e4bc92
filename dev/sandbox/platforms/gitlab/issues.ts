import { type Exchange, sendJson } from '../../http.ts'
import type { Thing, Tools } from '../../tools.ts'

// Issues of a project: https://docs.gitlab.com/api/issues/, and its two ways of pages: https://docs.gitlab.com/api/rest/

interface Whose {
  host: string
  projects: { id: number; path: string }[]
  limits: Record<string, string>
}

/** Answers what is asked about the issues of a project; gives whether that was it. A project is named by its id or its path. */
export function answerAboutIssues({ req, res, path, query }: Exchange, tools: Tools, whose: Whose): boolean {
  const { host, projects, limits } = whose
  const [, named, iid] = /^\/api\/v4\/projects\/([^/]+)\/issues(?:\/(\d+))?$/.exec(path) ?? []
  if (named === undefined || req.method !== 'GET') return false
  const refuse = (status: number, message: string) => sendJson(res, status, { message }, limits) ?? true
  const project = projects.find(one => [String(one.id), one.path].includes(decodeURIComponent(named)))
  if (!project) return refuse(404, '404 Project Not Found')
  const issues = tools.things.list('issues', project.path).map(issue => shown(host, project, issue))
  if (iid !== undefined) {
    const found = issues.find(issue => issue['iid'] === Number(iid))
    return found ? (sendJson(res, 200, found, limits) ?? true) : refuse(404, '404 Not found')
  }
  const [state, after] = [query.get('state') ?? 'all', query.get('updated_after')]
  const [by, sort] = [query.get('order_by') ?? 'created_at', query.get('sort') ?? 'desc']
  if (!['opened', 'closed', 'all'].includes(state)) return bad(res, 'state does not have a valid value', limits)
  if (!['asc', 'desc'].includes(sort)) return bad(res, 'sort does not have a valid value', limits)
  if (!/^(created_at|updated_at|priority|due_date|title)$/.test(by))
    return bad(res, 'order_by does not have a valid value', limits)
  if (after !== null && Number.isNaN(Date.parse(after))) return bad(res, 'updated_after is invalid', limits)
  const keyOf = (issue: Thing) => `${String(issue[by])} ${String(issue['id']).padStart(12, '0')}`
  const listed = issues
    .filter(issue => state === 'all' || issue['state'] === state)
    .filter(issue => after === null || Date.parse(String(issue['updated_at'])) >= Date.parse(after))
    .sort((one, other) => keyOf(one).localeCompare(keyOf(other)) * (sort === 'asc' ? 1 : -1))
  const size = Math.min(Number(query.get('per_page') ?? 20), 100)
  const next = new URLSearchParams(query)
  let page: Thing[]
  if (query.get('pagination') === 'keyset') {
    const cursor = query.get('cursor')
    const last = cursor === null ? undefined : Buffer.from(cursor, 'base64url').toString()
    const isBehind = (issue: Thing) => (sort === 'asc' ? keyOf(issue) > last! : keyOf(issue) < last!)
    page = listed.filter(issue => last === undefined || isBehind(issue)).slice(0, size)
    if (page.length > 0) next.set('cursor', Buffer.from(keyOf(page.at(-1)!)).toString('base64url'))
  } else {
    const number = Number(query.get('page') ?? 1)
    page = listed.slice((number - 1) * size, number * size)
    next.set('page', String(number + 1))
  }
  const isLast = page.length < size
  const address = `https://${host}/api/v4/projects/${project.id}/issues?${next.toString()}`
  sendJson(res, 200, page, { ...limits, ...(isLast ? {} : { link: `<${address}>; rel="next"` }) })
  return true
}

function bad(res: Exchange['res'], error: string, limits: Record<string, string>): true {
  sendJson(res, 400, { error }, limits)
  return true
}

function shown(host: string, project: { id: number; path: string }, { iid, ...said }: Thing): Thing {
  const { created_at = '2026-01-01T00:00:00.000Z' } = said
  return {
    ...{
      id: 80_000_000 + project.id * 100_000 + Number(iid),
      iid,
      project_id: project.id,
      title: `Issue ${String(iid)}`,
    },
    ...{ description: null, state: 'opened', created_at, updated_at: created_at, closed_at: null, labels: [] },
    ...{ assignees: [], assignee: null, author: { id: 1, username: 'ada' }, type: 'ISSUE', due_date: null },
    ...{ confidential: false, web_url: `https://${host}/${project.path}/-/issues/${String(iid)}` },
    ...said,
  }
}
