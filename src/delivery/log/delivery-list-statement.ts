import { lowestIdAt } from '../../ids.ts'
import type { DeliveryFilter } from './delivery-filter.ts'
import { finishedColumns, isWaiting, waitingColumns } from './delivery-rows.ts'
import { deliveryIdRange } from '../mint.ts'

/** The most rows of an index that one page passes over in search of wanted ones. */
const mostPassed = 2_000
/** Of a whole workspace's queue, so many rows of each of so many endpoints. */
const mostPassedEach = 101

/** A part of the list: a common table `name` with its rows, and the expression of where its scan stopped, null at the end. */
interface Part {
  name: string
  tables: string
  cut: string | undefined
}

/** The columns that precede the id in the index to be used, each with its value. */
type Key = [column: string, value: string][]

/**
 * Builds the statement of a list. Its first row has `cut`: the id where the next page begins, when the scan passed over rows up
 * to the bound. Indexes: delivery_queue_by_endpoint, deliveries_by_workspace, deliveries_by_endpoint,
 * deliveries_unsuccessful(_by_endpoint). The deliveries of one event are a range of the primary keys.
 * @param limit one more than is shown
 */
export function listStatement(
  workspaceId: string,
  filter: DeliveryFilter,
  behind: string | undefined,
  limit: number,
): { text: string; values: unknown[] } {
  const values: unknown[] = [workspaceId, limit]
  const value = (one: unknown) => `$${values.push(one)}`
  const { status, eventId, endpointId, type } = filter
  const ids = idRange(filter, behind)
  const range = { from: value(ids.from), to: value(ids.to) }
  const endpoint = endpointId === undefined ? undefined : value(endpointId)
  const event = eventId === undefined ? undefined : value(eventId)
  const scanOf = (table: 'q' | 'd', key: Key, more: string[] = []) => {
    const filters = [...more, `${table}.workspace_id = $1`]
    if (event !== undefined) filters.push(`${table}.event_id = ${event}`)
    // Else another workspace's endpoint would be walked through in vain.
    if (endpoint !== undefined) {
      filters.push(`not exists (select from endpoints o where o.id = ${endpoint} and o.workspace_id <> $1)`)
    }
    return scan(table, key, range, filters)
  }
  // A look-up for each row that is passed over, and never a join with all events of the type.
  const ofType = type === undefined ? [] : [`(select e.type from events e where e.id = c.event_id) = ${value(type)}`]
  const parts: Part[] = []
  if (status === undefined || isWaiting(status)) {
    const wanted = [...(status === undefined ? [] : [`c.status = '${status}'`]), ...ofType]
    if (endpoint !== undefined) parts.push(part('waiting', scanOf('q', [['endpoint_id', endpoint]]), wanted))
    else if (event !== undefined) parts.push(part('waiting', scanOf('q', []), wanted))
    else parts.push(waitingOfWorkspace(range, wanted))
  }
  if (status === undefined || !isWaiting(status)) {
    const key: Key = endpoint === undefined ? [['workspace_id', '$1']] : [['endpoint_id', endpoint]]
    if (status === undefined || status === 'delivered') {
      const wanted = [...(status === 'delivered' ? ["c.status = 'delivered'"] : []), ...ofType]
      const ofEvent = event !== undefined && endpoint === undefined
      parts.push(part('finished', scanOf('d', ofEvent ? [] : key), wanted))
    } else {
      // Said literally, so that the partial index of what did not succeed can serve it.
      parts.push(
        part('finished', scanOf('d', [...key, ['status', `'${status}'`]], ["d.status <> 'delivered'"]), ofType),
      )
    }
  }
  const cuts = parts.flatMap(({ name, cut }) =>
    cut === undefined ? [] : [`select case when (select count(*) from ${name}) < $2 then (${cut}) end as id`],
  )
  const cut = cuts.length === 0 ? 'select null as id' : `select max(id) as id from (${cuts.join(' union all ')}) cuts`
  return {
    text: `
      with ${parts.map(({ tables }) => tables).join(', ')},
      cut as materialized (${cut}),
      found as materialized (
        select * from (${parts.map(({ name }) => `select * from ${name}`).join(' union all ')}) rows
        where id >= coalesce((select id from cut), '') order by id desc limit $2
      )
      select cut.id as cut, found.*, (select e.type from events e where e.id = found.event_id) as type
      from cut left join found on true order by found.id desc`,
    values,
  }
}

/** The range of ids that a filter and a cursor leave: at least `from`, below `to`. Ids carry the instants of their events. */
export function idRange(filter: DeliveryFilter, behind: string | undefined): { from: string; to: string } {
  const ofEvent = filter.eventId === undefined ? undefined : deliveryIdRange(filter.eventId)
  const from = ['dlv_', ofEvent?.from ?? '', filter.after ? lowestIdAt('delivery', filter.after) : '']
  const to = ['dlv_~', ofEvent?.to ?? '~', behind ?? '~', filter.before ? lowestIdAt('delivery', filter.before) : '~']
  return { from: from.sort().at(-1)!, to: to.sort()[0]! }
}

/**
 * A scan backwards through one index, to be planned by index (../db/by-index.ts): only the one with these columns has
 * this order, and comparing whole rows is no equality that would give another's the same one. The bounds on the id alone
 * leave out partitions.
 */
function scan(
  table: 'q' | 'd',
  key: Key,
  { from, to }: { from: string; to: string },
  filters: readonly string[],
): string {
  const columns = [...key.map(([column]) => column), 'id'].map(column => `${table}.${column}`)
  const row = (id: string) => `(${[...key.map(([, value]) => value), id].join(', ')})`
  const bounds =
    key.length === 0 ? [] : [`(${columns.join(', ')}) >= ${row(from)}`, `(${columns.join(', ')}) < ${row(to)}`]
  const conditions = [...bounds, `${table}.id >= ${from}`, `${table}.id < ${to}`, ...filters]
  return `select ${table === 'q' ? waitingColumns : finishedColumns} from ${table === 'q' ? 'delivery_queue' : 'deliveries'} ${table}
    where ${conditions.join(' and ')} order by ${columns.map(column => `${column} desc`).join(', ')}`
}

/** Scans in the order of ids. Checks conditions that the index does not serve on a bounded number of its rows. */
function part(name: string, rows: string, wanted: readonly string[]): Part {
  if (wanted.length === 0) return { name, tables: `${name} as (${rows} limit $2)`, cut: undefined }
  return {
    name,
    // Not sorted once more: it stops when it has found enough.
    tables: `${name} as (select * from (${rows} limit ${mostPassed}) c where ${wanted.join(' and ')} limit $2)`,
    cut: `select id from (${rows} offset ${mostPassed - 1} limit 1) last`,
  }
}

/**
 * Reads the waiting deliveries of a workspace, endpoint by endpoint; an index by workspace would cost every delivery. One step
 * into the index for each endpoint gives its newest row. The endpoints with the newest rows make the page.
 */
function waitingOfWorkspace(range: { from: string; to: string }, wanted: readonly string[]): Part {
  const each = wanted.length === 0 ? '$2' : String(mostPassedEach)
  const of = (endpoint: string) => scan('q', [['endpoint_id', endpoint]], range, ['q.workspace_id = $1'])
  return {
    name: 'waiting',
    tables: `
      newest as materialized (
        select ep.id as endpoint_id, top.id from endpoints ep, lateral (${of('ep.id')} limit 1) top
        where ep.workspace_id = $1 order by top.id desc limit ${each}
      ), candidates as materialized (
        select c.* from newest, lateral (${of('newest.endpoint_id')} limit ${each}) c
      ), waiting as (
        select * from candidates c ${wanted.length === 0 ? '' : `where ${wanted.join(' and ')}`} order by c.id desc limit $2
      )`,
    cut:
      wanted.length === 0
        ? undefined
        : `select max(id) from (
            select min(id) as id from candidates group by endpoint_id having count(*) >= ${each}
            union all select min(id) from newest having count(*) >= ${each}) ends`,
  }
}
