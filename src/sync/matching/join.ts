import type { Selectable } from 'kysely'
import type { SyncsTable } from '../../db/schema/syncs.ts'
import type { Echoes } from '../../db/schema/record-links.ts'
import type { MatchKeys } from '../../catalogue/schema/items/lookup.ts'
import { sameValue } from '../mapping/canonical.ts'
import type { Item, Mapping } from '../mapping/mapping.ts'
import { sureAfter } from '../links/echoes.ts'
import { keyValue } from './keys.ts'
import type { Link, RecordRow } from '../links/link-store.ts'
import { settleKnown, type Settled, type Settling } from '../links/settle.ts'

/**
 * An item joins a record that is there. Nothing has been agreed on: equal values agree, what one side alone has is taken by the
 * other, and what differs goes by the policy.
 */
export function settleJoin(
  settling: Settling,
  sync: Pick<Selectable<SyncsTable>, 'id' | 'workspace_id' | 'pushed_change'>,
  record: RecordRow,
  item: Item,
  keys: MatchKeys,
): Settled {
  const link = { ...firstLink(sync, record.id), ...agreed(settling.mapping, record, item, keys) }
  const settled = joined(settleKnown(settling, { link, record }, { item }), record)
  const isBehind = settled.link.recordVersion < record.version + (settled.update ? 1 : 0)
  if (settled.update || !isBehind || record.change > sync.pushed_change) return settled
  // The push has looked at this change of the record before it was the platform's business: it is written once more.
  return { ...settled, update: { id: record.id, data: record.data, deleted: false } }
}

/** Whatever the merge did is part of joining the two. */
function joined(settled: Settled, { version: before }: RecordRow): Settled {
  const { version = before, fields = [], policy } = settled.change ?? {}
  return { ...settled, change: { kind: 'joined', version, fields, policy } }
}

/**
 * What counts as the same in a key is no difference: the platform has its own way of writing the record's value, as after a write.
 */
function agreed(mapping: Mapping, record: RecordRow, item: Item, keys: MatchKeys): Pick<Link, 'base' | 'echoes'> {
  const [hub, provider] = [mapping.fieldsOf(record.data), mapping.fieldsOf(JSON.parse(item.json))]
  const alike = [...new Set(keys.flat())].filter(path => {
    const value = keyValue(path, hub[path])
    return value !== undefined && value === keyValue(path, provider[path]) && !sameValue(hub[path], provider[path])
  })
  if (alike.length === 0) return { base: null, echoes: null }
  const base = Object.fromEntries(alike.map(path => [path, provider[path]]))
  const pairs = alike.map(path => [path, { pairs: [{ sent: hub[path], got: provider[path], seen: sureAfter }] }])
  return { base: mapping.intoData({}, base), echoes: Object.fromEntries(pairs) as Echoes }
}

/** A link on which nothing has been agreed yet. */
function firstLink({ id, workspace_id }: Pick<Selectable<SyncsTable>, 'id' | 'workspace_id'>, recordId: string): Link {
  return {
    ...{ workspace_id, sync_id: id, record_id: recordId, external_id: null, external_version: null },
    ...{ external_updated_at: null, external_hash: null, record_version: 0, base: null, state: 'ok', gone: false },
    ...{ conflict: null, error_code: null, failures: 0, retry_at: null, place: null, push_key: null, echoes: null },
    ...{ error_message: null, provider_code: null },
    field_errors: null,
    updated_at: new Date(),
  }
}
