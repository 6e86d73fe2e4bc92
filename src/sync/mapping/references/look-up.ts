import { sql } from 'kysely'
import { textAt } from '../../../calls/json-path.ts'
import type { Executor } from '../../../db/database.ts'
import { readRecords } from '../../records/read-records.ts'
import type { Known } from '../known.ts'

interface Link {
  external_id: string | null
  record_id: string
}

type Pair = [from: string, to: string]

type Named<Id extends string> = { model: string } & Record<Id, string>

/**
 * Who is who at one connection: the records of items and the items of records, by the links of its syncs. What it knows of syncs
 * is as old as itself, which is one slice of a run.
 */
export class References {
  readonly #db: Executor
  readonly #workspaceId: string
  readonly #connectionId: string
  readonly #syncs = new Map<string, Promise<string[]>>()

  constructor(db: Executor, workspaceId: string, connectionId: string) {
    this.#db = db
    this.#workspaceId = workspaceId
    this.#connectionId = connectionId
  }

  /** The records of items, by the items' ids. A model that no sync of the connection has is left out. */
  async recordsOf(items: readonly Named<'externalId'>[]): Promise<Known> {
    return this.#byModel(items, 'externalId', async (syncIds, ids) => {
      // Of several syncs the first one's link counts. Relies on record_links_by_thing.
      const { rows } = await sql<Link>`
        select l.external_id, l.record_id
        from unnest(${syncIds}::text[]) as s(id) cross join unnest(${ids}::text[]) as i(id)
        cross join lateral (
          select * from record_links k where k.sync_id = s.id and k.external_id = i.id and k.workspace_id = ${this.#workspaceId}
            and not k.gone limit 1
        ) l
        order by s.id desc`.execute(this.#db)
      return rows.map((row): Pair => [row.external_id!, row.record_id])
    })
  }

  /** The items of records that are at the platform, by the records' ids. */
  async itemsOf(records: readonly Named<'recordId'>[]): Promise<Known> {
    return this.#byModel(records, 'recordId', async (syncIds, ids) => {
      // Relies on the primary key of record_links.
      const { rows } = await sql<Link>`
        select l.external_id, l.record_id
        from unnest(${syncIds}::text[]) as s(id) cross join unnest(${ids}::text[]) as i(id)
        cross join lateral (
          select * from record_links k where k.sync_id = s.id and k.record_id = i.id and k.workspace_id = ${this.#workspaceId}
            and k.external_id is not null and not k.gone limit 1
        ) l
        order by s.id desc`.execute(this.#db)
      return rows.map((row): Pair => [row.record_id, row.external_id!])
    })
  }

  /** The texts of a field of records, by the records' ids; those that have none are left out. */
  async fieldOf(recordIds: readonly string[], path: string): Promise<ReadonlyMap<string, string>> {
    if (recordIds.length === 0) return new Map()
    const rows = await readRecords(this.#db, this.#workspaceId, recordIds)
    const pairs = rows.map(
      ({ id, data, deleted_at: deletedAt }) => [id, deletedAt ? undefined : textAt(data, path)] as const,
    )
    return new Map(pairs.flatMap(([id, text]) => (text === undefined ? [] : [[id, text]])))
  }

  async #byModel<Id extends string>(
    named: readonly Named<Id>[],
    id: Id,
    look: (syncIds: string[], ids: string[]) => Promise<Pair[]>,
  ): Promise<Known> {
    const known = new Map<string, Map<string, string>>()
    for (const model of new Set(named.map(one => one.model))) {
      const syncIds = await this.#syncsOf(model)
      if (syncIds.length === 0) continue
      const ids = named.flatMap(one => (one.model === model ? [one[id] as string] : []))
      const pairs = await look(syncIds, [...new Set(ids)])
      known.set(model, new Map(pairs))
    }
    return known
  }

  /** Relies on syncs_once. */
  #syncsOf(model: string): Promise<string[]> {
    const read = async () => {
      const rows = await this.#db
        .selectFrom('syncs')
        .select('id')
        .where('workspace_id', '=', this.#workspaceId)
        .where('connection_id', '=', this.#connectionId)
        .where('model', '=', model)
        .where('deleted_at', 'is', null)
        .orderBy('id')
        .execute()
      return rows.map(row => row.id)
    }
    const known = this.#syncs.get(model) ?? read()
    this.#syncs.set(model, known)
    return known
  }
}
