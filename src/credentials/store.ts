import { sql } from 'kysely'
import type { Executor } from '../db/database.ts'
import type { KeyRing, SecretPlace } from './key-ring.ts'

interface SealedRow {
  key_id: string
  sealed: Buffer
}

/** Keeps secrets sealed in Postgres. Values are JSON. The one room that decrypts. */
export class CredentialStore {
  readonly ring: KeyRing

  constructor(ring: KeyRing) {
    this.ring = ring
  }

  /** Stores or replaces a secret, in the caller's transaction. */
  async put(db: Executor, place: SecretPlace, value: unknown): Promise<void> {
    const { keyId, sealed } = this.ring.seal(place, JSON.stringify(value))
    const row = { key_id: keyId, sealed, updated_at: new Date() }
    await db
      .insertInto('credentials')
      .values({ workspace_id: place.workspaceId, owner_id: place.ownerId, field: place.field, ...row })
      .onConflict(conflict =>
        conflict
          .columns(['owner_id', 'field'])
          .doUpdateSet(row)
          .where('credentials.workspace_id', '=', place.workspaceId),
      )
      .execute()
  }

  /** Stores the same secret of several owners that have none yet, in one statement. */
  async putNew(db: Executor, secrets: { place: SecretPlace; value: unknown }[]): Promise<void> {
    if (secrets.length === 0) return
    const rows = secrets.map(({ place, value }) => {
      const { keyId, sealed } = this.ring.seal(place, JSON.stringify(value))
      return { workspace_id: place.workspaceId, owner_id: place.ownerId, field: place.field, key_id: keyId, sealed }
    })
    await db.insertInto('credentials').values(rows).execute()
  }

  /** The secret, or undefined when there is none. */
  async get<T>(db: Executor, place: SecretPlace): Promise<T | undefined> {
    const values = await this.getMany<T>(db, place.workspaceId, [place.ownerId], place.field)
    return values.get(place.ownerId)
  }

  /** The same secret of several owners of one workspace, by owner. */
  async getMany<T>(db: Executor, workspaceId: string, ownerIds: string[], field: string): Promise<Map<string, T>> {
    if (ownerIds.length === 0) return new Map()
    const rows = await db
      .selectFrom('credentials')
      .select(['owner_id', 'key_id', 'sealed'])
      .where('workspace_id', '=', workspaceId)
      .where('owner_id', 'in', ownerIds)
      .where('field', '=', field)
      .execute()
    return new Map(
      rows.map(row => {
        const place = { workspaceId, ownerId: row.owner_id, field }
        return [
          row.owner_id,
          JSON.parse(this.ring.open(place, { keyId: row.key_id, sealed: row.sealed }).toString()) as T,
        ]
      }),
    )
  }

  /** Several secrets of several owners of one workspace, by field, then by owner. */
  async getFields<Fields extends Record<string, unknown>>(
    db: Executor,
    workspaceId: string,
    ownerIds: string[],
    fields: readonly (keyof Fields & string)[],
  ): Promise<{ [Field in keyof Fields]: Map<string, Fields[Field]> }> {
    const found = Object.fromEntries(fields.map(field => [field, new Map<string, unknown>()]))
    const rows = await db
      .selectFrom('credentials')
      .select(['owner_id', 'field', 'key_id', 'sealed'])
      .where('workspace_id', '=', workspaceId)
      .where('owner_id', 'in', ownerIds)
      .where('field', 'in', fields)
      .execute()
    for (const { owner_id: ownerId, field, key_id: keyId, sealed } of rows) {
      const secret = this.ring.open({ workspaceId, ownerId, field }, { keyId, sealed })
      found[field]!.set(ownerId, JSON.parse(secret.toString()))
    }
    return found as { [Field in keyof Fields]: Map<string, Fields[Field]> }
  }

  /**
   * The secrets of places of whatever workspaces, in one statement: gives what opens one of them, which throws where the secret
   * does not open, so that one of them does not keep the others from it.
   */
  async finderOf(db: Executor, places: SecretPlace[]): Promise<<T>(place: SecretPlace) => T | undefined> {
    const keyOf = ({ workspaceId, ownerId, field }: SecretPlace) => JSON.stringify([workspaceId, ownerId, field])
    // By the primary key.
    const { rows } = await sql<{ workspace_id: string; owner_id: string; field: string } & SealedRow>`
      select c.workspace_id, c.owner_id, c.field, c.key_id, c.sealed
      from unnest(
        ${places.map(place => place.workspaceId)}::text[], ${places.map(place => place.ownerId)}::text[],
        ${places.map(place => place.field)}::text[]
      ) as place (workspace_id, owner_id, field)
      join credentials c on c.owner_id = place.owner_id and c.field = place.field and c.workspace_id = place.workspace_id`.execute(
      db,
    )
    const found = new Map(
      rows.map(row => [keyOf({ workspaceId: row.workspace_id, ownerId: row.owner_id, field: row.field }), row]),
    )
    return <T>(place: SecretPlace) => {
      const row = found.get(keyOf(place))
      if (!row) return undefined
      return JSON.parse(this.ring.open(place, { keyId: row.key_id, sealed: row.sealed }).toString()) as T
    }
  }

  /** Which secrets several owners of one workspace have, without opening any. */
  async fieldsOf(db: Executor, workspaceId: string, ownerIds: string[]): Promise<Map<string, Set<string>>> {
    const fields = new Map(ownerIds.map(id => [id, new Set<string>()]))
    if (ownerIds.length === 0) return fields
    const query = db.selectFrom('credentials').select(['owner_id', 'field']).where('workspace_id', '=', workspaceId)
    for (const row of await query.where('owner_id', 'in', ownerIds).execute()) fields.get(row.owner_id)?.add(row.field)
    return fields
  }

  /** Destroys every secret of an owner, or one field of it. */
  async destroy(db: Executor, workspaceId: string, ownerId: string, field?: string): Promise<void> {
    let query = db.deleteFrom('credentials').where('workspace_id', '=', workspaceId).where('owner_id', '=', ownerId)
    if (field !== undefined) query = query.where('field', '=', field)
    await query.execute()
  }
}
