import { type Exchange, sendJson } from '../../http.ts'
import type { Thing, Tools } from '../../tools.ts'

// https://developers.asana.com/reference/gettasks

type Refuse = (status: number, message: string) => void

/** Answers about the tasks of a project; gives whether that was it. Without `opt_fields` only what a task is called is told. */
export function answerAboutTasks(
  { req, res, query }: Exchange,
  tools: Tools,
  { resource, projects, refuse }: { resource: string; projects: { gid: string }[]; refuse: Refuse },
): boolean {
  const [, gid] = /^\/tasks(?:\/(\d+))?$/.exec(resource) ?? []
  if (!/^\/tasks(\/|$)/.test(resource) || req.method !== 'GET') return false
  const wanted = (query.get('opt_fields') ?? '').split(',').filter(Boolean)
  if (gid !== undefined) {
    const found = projects.flatMap(project => tasksOf(tools, project.gid)).find(task => task['gid'] === gid)
    if (!found) return (refuse(404, `task: Unknown object: ${gid}`), true)
    return (
      sendJson(res, 200, { data: shown(found, [...wanted, 'completed', 'modified_at', 'created_at', 'notes']) }),
      true
    )
  }
  const [project, since] = [query.get('project'), query.get('modified_since')]
  if (project === null)
    return (
      refuse(400, 'You should specify one of project, tag, section, user task list, or assignee and workspace'),
      true
    )
  if (!projects.some(one => one.gid === project)) return (refuse(404, `project: Unknown object: ${project}`), true)
  if (since !== null && Number.isNaN(Date.parse(since))) return (refuse(400, 'modified_since: Not a valid date'), true)
  const limit = query.get('limit') === null ? 1_000 : Number(query.get('limit'))
  if (!(limit >= 1 && (limit <= 100 || query.get('limit') === null)))
    return (refuse(400, 'limit: Must be between 1 and 100'), true)
  const offset = query.get('offset')
  const place = offset === null ? { from: 0, until: Date.now() + 60_000 } : placeOf(offset)
  // https://developers.asana.com/docs/pagination: an offset is good for some minutes.
  if (!place || place.until < Date.now()) return (refuse(400, 'offset: Your pagination token has expired.'), true)
  const listed = tasksOf(tools, project).filter(
    task => since === null || Date.parse(String(task['modified_at'])) >= Date.parse(since),
  )
  const to = place.from + limit
  const data = listed.slice(place.from, to).map(task => shown(task, wanted))
  if (query.get('limit') === null) return (sendJson(res, 200, { data }), true)
  const token = Buffer.from(JSON.stringify({ from: to, until: Date.now() + 600_000 })).toString('base64url')
  const path = `/tasks?project=${project}&limit=${limit}&offset=${token}`
  const next_page = to < listed.length ? { offset: token, path, uri: `https://app.asana.com/api/1.0${path}` } : null
  sendJson(res, 200, { data, next_page })
  return true
}

function placeOf(offset: string): { from: number; until: number } | undefined {
  try {
    return JSON.parse(Buffer.from(offset, 'base64url').toString()) as { from: number; until: number }
  } catch {
    return undefined
  }
}

function tasksOf(tools: Tools, project: string): Thing[] {
  return tools.things.list('tasks', project).map(task => ({
    ...{ resource_type: 'task', resource_subtype: 'default_task', name: `Task ${String(task['gid'])}`, notes: '' },
    ...{ completed: false, completed_at: null, due_on: null, assignee: null, tags: [], num_subtasks: 0 },
    ...{ created_at: '2026-01-01T00:00:00.000Z', modified_at: '2026-01-01T00:00:00.000Z' },
    permalink_url: `https://app.asana.com/1/1199000000000001/project/${project}/task/${String(task['gid'])}`,
    ...task,
  }))
}

/** Each task with the fields that were asked for; `assignee.name` asks for a part of one. */
function shown(task: Thing, wanted: string[]): Thing {
  const roots = ['gid', 'resource_type', 'resource_subtype', 'name', ...wanted.map(path => path.split('.')[0]!)]
  return Object.fromEntries(Object.entries(task).filter(([name]) => roots.includes(name)))
}
