import { type Exchange, readJson, sendJson } from '../../http.ts'
import type { Thing, Tools } from '../../tools.ts'

// https://developer.atlassian.com/cloud/jira/platform/rest/v2/api-group-issue-search/

const fault = (message: string) => ({ errorMessages: [message], errors: {} })
const most = 5000

/** Answers a search or one issue of a site; gives whether that was it. `path` is what follows the site. */
export async function answerAboutIssues(
  { req, res, query }: Exchange,
  tools: Tools,
  site: string,
  path: string,
): Promise<boolean> {
  const version = /^\/rest\/api\/([23])\//.exec(path)?.[1]
  const [, key] = /^\/rest\/api\/[23]\/issue\/([\w-]+)$/.exec(path) ?? []
  if (key !== undefined && req.method === 'GET') {
    const found = issuesOf(tools, site).find(issue => [issue['id'], issue['key']].includes(key))
    const missing = fault('Issue does not exist or you do not have permission to see it.')
    sendJson(res, found ? 200 : 404, found ? shown(found, fieldsOf(query.get('fields') ?? '*all'), version) : missing)
    return true
  }
  if (!/^\/rest\/api\/[23]\/search(\/jql)?$/.test(path)) return false
  if (!path.endsWith('/jql')) {
    // https://developer.atlassian.com/changelog/#CHANGE-2046
    sendJson(res, 410, fault('The requested API has been removed. Please migrate to the /rest/api/3/search/jql API.'))
    return true
  }
  const body = (req.method === 'POST' ? await readJson(req) : Object.fromEntries(query)) as Record<string, unknown>
  const { jql = '', maxResults = 50, nextPageToken, fields } = body
  const found = searched(issuesOf(tools, site), String(jql))
  if (typeof found === 'string') return sendJson(res, 400, fault(found)) ?? true
  const place =
    nextPageToken === undefined ? undefined : placeOf(typeof nextPageToken === 'string' ? nextPageToken : '')
  // A token is of one search.
  if (place && place.jql !== jql)
    return sendJson(res, 400, fault('The provided next page token is invalid or expired.')) ?? true
  const from = place?.from ?? 0
  const to = from + Math.min(Number(maxResults), most)
  const wanted = fieldsOf(fields)
  const issues = found.slice(from, to).map(issue => shown(issue, wanted, version))
  const next = to < found.length ? { nextPageToken: tokenOf(String(jql), to), isLast: false } : { isLast: true }
  sendJson(res, 200, { issues, ...next })
  return true
}

function tokenOf(jql: string, from: number): string {
  return Buffer.from(JSON.stringify({ jql, from })).toString('base64url')
}

function placeOf(token: string): { jql: string; from: number } | { jql: null; from: number } {
  try {
    return JSON.parse(Buffer.from(token, 'base64url').toString()) as { jql: string; from: number }
  } catch {
    return { jql: null, from: 0 }
  }
}

/** The part of JQL that is asked in: a project, a time as milliseconds or `yyyy/MM/dd HH:mm`, an order. Else what is wrong. */
function searched(issues: Thing[], jql: string): Thing[] | string {
  const [, where = '', order = ''] = /^(.*?)(?:\s*ORDER BY (.*))?$/is.exec(jql) ?? []
  if (where.trim() === '')
    return 'Unbounded JQL queries are not allowed here. Please add a search restriction to your query.'
  let found = issues
  for (const clause of where.split(/\s+AND\s+/i)) {
    const [, field, operator, quoted] = /^(\w+)\s*(=|>=)\s*("[^"]*"|[\w-]+)$/.exec(clause.trim()) ?? []
    const value = (quoted ?? '').replaceAll('"', '')
    if (field?.toLowerCase() === 'project' && operator === '=') {
      const inProject = issues.filter(issue => String(issue['key']).replace(/-\d+$/, '') === value)
      if (value !== 'CROSS') return `The value '${value}' does not exist for the field 'project'.`
      found = found.filter(issue => inProject.includes(issue))
    } else if (field?.toLowerCase() === 'updated' && operator === '>=') {
      const at = /^\d+$/.test(value) ? Number(value) : Date.parse(`${value.replaceAll('/', '-')}Z`)
      if (Number.isNaN(at)) return `Date value '${value}' for field 'updated' is invalid.`
      // It looks at whole minutes.
      found = found.filter(issue => minute(Date.parse(updatedOf(issue))) >= minute(at))
    } else return `Error in the JQL Query: '${clause}' is not understood.`
  }
  const keys = order.split(',').map(part => part.trim().toLowerCase().split(/\s+/)[0] ?? '')
  const keyOf = (issue: Thing) =>
    keys
      .map(key => (key === 'updated' ? Date.parse(updatedOf(issue)) : Number(issue['id'])))
      .map(n => String(n).padStart(16, '0'))
      .join(' ')
  return found.sort((one, other) => keyOf(one).localeCompare(keyOf(other)))
}

const minute = (ms: number) => Math.floor(ms / 60_000)
const updatedOf = (issue: Thing) => String((issue['fields'] as Thing)['updated'])

function fieldsOf(asked: unknown): string[] {
  return Array.isArray(asked) ? asked.map(String) : typeof asked === 'string' ? asked.split(',') : []
}

/** Nothing but the id is told unless fields are asked for. */
function shown({ id, key, fields, self }: Thing, wanted: string[], version = '3'): Thing {
  if (wanted.length === 0) return { id }
  const all = Object.entries(fields as Thing).filter(([name]) => wanted.includes('*all') || wanted.includes(name))
  const written = all.map(([name, value]) => [
    name,
    name === 'description' && version === '3' ? document(value) : value,
  ])
  return { expand: 'operations,versionedRepresentations', id, self, key, fields: Object.fromEntries(written) as Thing }
}

/** Version 3 writes texts as documents. */
function document(text: unknown): unknown {
  if (typeof text !== 'string') return text
  return { version: 1, type: 'doc', content: [{ type: 'paragraph', content: [{ type: 'text', text }] }] }
}

function issuesOf(tools: Tools, site: string): Thing[] {
  return tools.things.list('issues', site).map(({ id, key, fields }) => ({
    ...{ id, key, self: `https://api.atlassian.com/ex/jira/${site}/rest/api/3/issue/${String(id)}` },
    fields: {
      ...{ summary: `Issue ${String(key)}`, description: null, status: { name: 'To Do', id: '10000' }, labels: [] },
      ...{ priority: { name: 'Medium', id: '3' }, assignee: null, project: { key: 'CROSS', name: 'Crossings' } },
      ...{ duedate: null, resolutiondate: null, created: '2026-01-01T00:00:00.000+0800' },
      updated: '2026-01-01T00:00:00.000+0800',
      ...(fields as Thing),
    },
  }))
}
