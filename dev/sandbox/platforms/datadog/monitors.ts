import { type Exchange, sendJson } from '../../http.ts'
import type { Thing, Tools } from '../../tools.ts'

// https://docs.datadoghq.com/api/latest/monitors/

const first: Thing = { id: 1, name: 'Crossing', type: 'metric alert', query: 'avg(last_5m):avg:c{*} > 1' }

/** Answers about monitors; gives whether that was it. All come at once unless pages are asked for. */
export function answerAboutMonitors(
  { req, res, path, query }: Exchange,
  tools: Tools,
  account: string,
  limits: Record<string, string>,
): boolean {
  const [whole, id] = /^\/api\/v1\/monitor(?:\/(\d+))?$/.exec(path) ?? []
  if (whole === undefined || req.method !== 'GET') return false
  const own = tools.things.list('monitors', account)
  const all = (own.length === 0 ? [first] : own).map(shown)
  if (id !== undefined) {
    const found = all.find(monitor => String(monitor['id']) === id)
    sendJson(res, found ? 200 : 404, found ?? { errors: ['Monitor not found'] }, limits)
    return true
  }
  const [page, size] = [query.get('page'), Number(query.get('page_size') ?? 100)]
  if (size > 1000) return sendJson(res, 400, { errors: ['page_size must be at most 1000'] }, limits) ?? true
  const listed = page === null ? all : all.slice(Number(page) * size, (Number(page) + 1) * size)
  sendJson(res, 200, listed, limits)
  return true
}

function shown(monitor: Thing): Thing {
  return {
    ...{ created: '2026-01-01T00:00:00.000000+00:00', modified: '2026-01-01T00:00:00.000000+00:00', deleted: null },
    ...{
      message: '',
      tags: [],
      multi: false,
      overall_state: 'OK',
      priority: null,
      options: { thresholds: { critical: 1 } },
    },
    ...{ creator: { name: 'Ada', handle: 'ada@causeway.example', email: 'ada@causeway.example', id: 1 } },
    ...{ org_id: 1, restricted_roles: null, type: 'metric alert', query: 'avg(last_5m):avg:c{*} > 1' },
    ...monitor,
  }
}
