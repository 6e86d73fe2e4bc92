import type { Storage } from '../../storage.ts'
import { intuitTime } from './faults.ts'

export type Entity = Record<string, unknown>

/** A company's books. */
export interface Company {
  storage: Storage
  realm: string
}

/** Under what an entity is unique, and whether queries give it unasked. */
export interface Place {
  /** Names of one space must differ: those of people, of items, the numbers of invoices. */
  space: string | null
  name: string | null
  active: boolean
}

export const tables = `
  CREATE TABLE IF NOT EXISTS companies (realm TEXT PRIMARY KEY, name TEXT NOT NULL, next_id INTEGER NOT NULL);
  CREATE TABLE IF NOT EXISTS entities (
    realm TEXT NOT NULL, kind TEXT NOT NULL, id INTEGER NOT NULL, space TEXT, name TEXT COLLATE NOCASE, active INTEGER NOT NULL,
    deleted INTEGER NOT NULL DEFAULT 0, created_s INTEGER NOT NULL, updated_s INTEGER NOT NULL, body TEXT NOT NULL);
  CREATE UNIQUE INDEX IF NOT EXISTS entities_id ON entities (realm, kind, id);
  CREATE INDEX IF NOT EXISTS entities_page ON entities (realm, kind, deleted, active, id);
  CREATE INDEX IF NOT EXISTS entities_changed ON entities (realm, kind, updated_s);
  CREATE INDEX IF NOT EXISTS entities_name ON entities (realm, space, name) WHERE deleted = 0;
  CREATE TABLE IF NOT EXISTS answered (realm TEXT, request_id TEXT, status INTEGER, body TEXT, PRIMARY KEY (realm, request_id));`

export const nowSeconds = (): number => Math.floor(Date.now() / 1000)

export function getEntity({ storage, realm }: Company, kind: string, id: unknown): Entity | undefined {
  if (!/^\d{1,15}$/.test(String(id))) return undefined
  const row = storage.get<{ body: string }>(
    'SELECT body FROM entities WHERE realm = ? AND kind = ? AND id = ? AND deleted = 0',
    ...[realm, kind, Number(id)],
  )
  return row && (JSON.parse(row.body) as Entity)
}

/** The entity that has a name already, other than one's own. */
export function namesake(
  { storage, realm }: Company,
  { space, name }: Place,
  kind: string,
  ownId: unknown,
): { id: number; kind: string } | undefined {
  if (space === null || name === null) return undefined
  return storage.get<{ id: number; kind: string }>(
    'SELECT id, kind FROM entities WHERE realm = ? AND space = ? AND name = ? AND deleted = 0 AND NOT (kind = ? AND id = ?)',
    ...[realm, space, name, kind, Number(ownId ?? 0)],
  )
}

export function nextId({ storage, realm }: Company): number {
  const query = 'UPDATE companies SET next_id = next_id + 1 WHERE realm = ? RETURNING next_id'
  return (storage.get<{ next_id: number }>(query, realm)?.next_id ?? 2) - 1
}

/** Keeps a new entity, with the members that Intuit gives each. */
export function insertEntity(company: Company, kind: string, id: number, place: Place, entity: Entity): Entity {
  const nowS = nowSeconds()
  const whole: Entity = {
    ...entity,
    ...{ domain: 'QBO', sparse: false, Id: String(id), SyncToken: '0' },
    MetaData: { CreateTime: intuitTime(nowS * 1000), LastUpdatedTime: intuitTime(nowS * 1000) },
  }
  insertRow(company, kind, { id, ...place, createdS: nowS, updatedS: nowS, body: JSON.stringify(whole) })
  return whole
}

export interface EntityRow extends Place {
  id: number
  createdS: number
  updatedS: number
  body: string
}

export function insertRow({ storage, realm }: Company, kind: string, row: EntityRow): void {
  storage.run(
    'INSERT INTO entities (realm, kind, id, space, name, active, created_s, updated_s, body) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)',
    ...[realm, kind, row.id, row.space, row.name, row.active ? 1 : 0, row.createdS, row.updatedS, row.body],
  )
}

/** Keeps what has become of an entity: its SyncToken is one higher. */
export function replaceEntity(company: Company, kind: string, before: Entity, place: Place, next: Entity): Entity {
  const nowS = nowSeconds()
  const created = (before['MetaData'] as { CreateTime: string }).CreateTime
  const whole: Entity = {
    ...next,
    ...{ domain: 'QBO', sparse: false, Id: before['Id'], SyncToken: String(Number(before['SyncToken']) + 1) },
    MetaData: { CreateTime: created, LastUpdatedTime: intuitTime(nowS * 1000) },
  }
  company.storage.run(
    'UPDATE entities SET space = ?, name = ?, active = ?, updated_s = ?, body = ? WHERE realm = ? AND kind = ? AND id = ?',
    ...[place.space, place.name, place.active ? 1 : 0, nowS, JSON.stringify(whole)],
    ...[company.realm, kind, Number(before['Id'])],
  )
  return whole
}

/** Gone from queries, `Deleted` in the change feed. Gives false where there is none. */
export function removeEntity({ storage, realm }: Company, kind: string, id: unknown): boolean {
  return (
    storage.run(
      'UPDATE entities SET deleted = 1, updated_s = ? WHERE realm = ? AND kind = ? AND id = ? AND deleted = 0',
      ...[nowSeconds(), realm, kind, Number(id)],
    ) > 0
  )
}

/** The value of a reference such as `{ "value": "7" }`. */
export function referenceOf(value: unknown): string | undefined {
  const id = (value as { value?: unknown } | null | undefined)?.value
  return typeof id === 'string' || typeof id === 'number' ? String(id) : undefined
}
