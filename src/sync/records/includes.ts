import type { Executor } from '../../db/database.ts'
import { HubError } from '../../errors.ts'
import type { RecordRow } from '../links/link-store.ts'
import { readRecords } from './read-records.ts'

/** So many records an answer includes at most, and so far from those that were asked for. */
const mostIncluded = 1_000
const mostLevels = 2

type Values = Record<string, unknown>

/**
 * The records that others refer to, each once, tombstones too. A way such as `customer` follows the id in `customerId`;
 * `lines.product` that of each member of `lines`; `customer.company` goes on from there. An id that names no record of the
 * workspace adds none. @throws HubError `QUERY_TOO_BROAD` for more than a thousand
 */
export async function includedIn(
  db: Executor,
  workspaceId: string,
  records: readonly RecordRow[],
  ways: readonly (readonly string[])[],
): Promise<RecordRow[]> {
  const known = new Map(records.map(record => [record.id, record]))
  const included = new Map<string, RecordRow>()
  for (const way of ways) {
    let places: Values[] = records.map(record => record.data)
    let levels = 0
    for (const step of way) {
      const { ids, inner } = followed(places, step)
      if (ids.size > 0 && ++levels > mostLevels) {
        throw new HubError('INVALID_REQUEST', {
          message: `include follows ${mostLevels} relations of a record at most.`,
        })
      }
      for (const record of await findMissing(db, workspaceId, ids, known)) {
        known.set(record.id, record)
        included.set(record.id, record)
      }
      if (included.size > mostIncluded) {
        const message = `An answer includes ${mostIncluded} records at most: ask for fewer with limit.`
        throw new HubError('QUERY_TOO_BROAD', { message })
      }
      places = [...inner, ...[...ids].flatMap((id): Values[] => (known.has(id) ? [known.get(id)!.data] : []))]
    }
  }
  return [...included.values()]
}

/** What a step leads to: ids of records, and places inside the data. */
function followed(places: readonly Values[], step: string): { ids: Set<string>; inner: Values[] } {
  const ids = new Set<string>()
  const inner: Values[] = []
  for (const place of places) {
    const id = place[`${step}Id`]
    if (typeof id === 'string') ids.add(id)
    else inner.push(...membersOf(place[step]))
  }
  return { ids, inner }
}

function membersOf(value: unknown): Values[] {
  return (Array.isArray(value) ? (value as unknown[]) : [value]).filter(isObject)
}

async function findMissing(
  db: Executor,
  workspaceId: string,
  ids: ReadonlySet<string>,
  known: ReadonlyMap<string, RecordRow>,
): Promise<RecordRow[]> {
  const missing = [...ids].filter(id => !known.has(id))
  if (missing.length === 0) return []
  return readRecords(db, workspaceId, missing.slice(0, mostIncluded + 1))
}

function isObject(value: unknown): value is Values {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
