import type { Company } from './entities.ts'
import { intuitTime, invalid, queryFault, required } from './faults.ts'

const feedDays = 30
const feedMax = 1000
const told = ['Customer', 'Vendor', 'Item', 'Invoice', 'Payment', 'Account']

/**
 * What has changed since a time, in a group for each kind that was asked for: at most a thousand things in all, and no next page.
 * https://developer.intuit.com/app/developer/qbo/docs/learn/explore-the-quickbooks-online-api/change-data-capture
 */
export function answerFeed(company: Company, query: URLSearchParams): string {
  const since = Date.parse(query.get('changedSince') ?? '')
  if (Number.isNaN(since)) throw required('changedSince')
  if (since < Date.now() - feedDays * 86_400_000)
    throw invalid(`changedSince is more than ${feedDays} days ago`, 'changedSince')
  const asked = (query.get('entities') ?? '').split(',').map(name => name.trim())
  let left = feedMax
  const groups = asked.map(name => {
    const kind = told.find(one => one.toLowerCase() === name.toLowerCase())
    if (!kind) throw queryFault(`no metadata found for entity '${name}'`, '4001')
    const entries = changesOf(company, kind, since, left)
    left -= entries.length
    if (entries.length === 0) return '{}'
    return `{"${kind}":[${entries.join(',')}],"startPosition":1,"maxResults":${entries.length}}`
  })
  return groups.join(',')
}

function changesOf({ storage, realm }: Company, kind: string, since: number, max: number): string[] {
  const rows = storage.all<{ id: number; deleted: number; updated_s: number; body: string }>(
    `SELECT id, deleted, updated_s, body FROM entities
     WHERE realm = ? AND kind = ? AND updated_s >= ? ORDER BY updated_s, id LIMIT ?`,
    ...[realm, kind, Math.floor(since / 1000), max],
  )
  return rows.map(({ id, deleted, updated_s, body }) => {
    if (!deleted) return body
    const MetaData = { LastUpdatedTime: intuitTime(updated_s * 1000) }
    return JSON.stringify({ domain: 'QBO', status: 'Deleted', Id: String(id), MetaData })
  })
}
