import type { Storage } from '../../storage.ts'
import { type ObjectType, type Properties, shapes, taken } from './properties.ts'
import { contactExists, invalid, notFound } from './refusals.ts'

/** One portal's things of one type. */
export interface Shelf {
  storage: Storage
  portal: string
  type: ObjectType
}

export interface Row {
  id: number
  archived: number
  into_id: number | null
  created_ms: number
  updated_ms: number
  body: string
}

export interface CrmObject {
  id: string
  properties: Properties
  createdAt: string
  updatedAt: string
  archived: boolean
  archivedAt?: string
}

export const tables = `
  CREATE TABLE IF NOT EXISTS hubspot_objects (
    portal TEXT NOT NULL, type TEXT NOT NULL, id INTEGER NOT NULL, archived INTEGER NOT NULL DEFAULT 0, into_id INTEGER,
    created_ms INTEGER NOT NULL, updated_ms INTEGER NOT NULL, email TEXT, body TEXT NOT NULL,
    indexed TEXT, indexed_ms INTEGER,
    PRIMARY KEY (portal, type, id)) WITHOUT ROWID;
  CREATE INDEX IF NOT EXISTS hubspot_email ON hubspot_objects (portal, type, email) WHERE email IS NOT NULL;
  CREATE INDEX IF NOT EXISTS hubspot_changed ON hubspot_objects (portal, type, updated_ms);
  CREATE TABLE IF NOT EXISTS hubspot_associations (
    portal TEXT NOT NULL, from_type TEXT NOT NULL, from_id INTEGER NOT NULL, to_type TEXT NOT NULL, to_id INTEGER NOT NULL,
    type_id INTEGER NOT NULL, PRIMARY KEY (portal, from_type, from_id, to_type, to_id, type_id)) WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS hubspot_portals (
    portal TEXT PRIMARY KEY, next_id INTEGER NOT NULL, lag_ms INTEGER NOT NULL DEFAULT 0,
    lag_from_ms INTEGER NOT NULL DEFAULT 0, calls INTEGER NOT NULL DEFAULT 110,
    searches INTEGER NOT NULL DEFAULT 5, results INTEGER NOT NULL DEFAULT 10000);`

const at = 'portal = ? AND type = ?'

/** What is under an id, archived or not; an id that was merged away leads to what is left. */
export function rowOf({ storage, portal, type }: Shelf, id: string): Row | undefined {
  const query = `SELECT id, archived, into_id, created_ms, updated_ms, body FROM hubspot_objects WHERE ${at} AND id = ?`
  let row = /^\d{1,15}$/.test(id) ? storage.get<Row>(query, portal, type, Number(id)) : undefined
  while (row && row.into_id !== null) row = storage.get<Row>(query, portal, type, row.into_id)
  return row
}

/** The one with a value of a unique property, by its id unless another is named. */
export function findRow(shelf: Shelf, value: string, idProperty: string | null): Row | undefined {
  if (idProperty === null || idProperty === 'hs_object_id') return rowOf(shelf, value)
  if (shelf.type !== 'contacts' || idProperty !== 'email')
    throw invalid(`Property ${idProperty} is not a unique property.`)
  const id = idOfEmail(shelf, value.trim().toLowerCase())
  return id === undefined ? undefined : rowOf(shelf, String(id))
}

function idOfEmail({ storage, portal, type }: Shelf, email: string): number | undefined {
  const query = `SELECT id FROM hubspot_objects WHERE ${at} AND email = ? AND archived = 0 AND into_id IS NULL`
  return storage.get<{ id: number }>(query, portal, type, email)?.id
}

/** Pages in the order of their ids; `after` is the last one of the page before. */
export function listRows({ storage, portal, type }: Shelf, archived: boolean, after: number, limit: number): Row[] {
  return storage.all<Row>(
    `SELECT id, archived, into_id, created_ms, updated_ms, body FROM hubspot_objects
     WHERE ${at} AND archived = ? AND into_id IS NULL AND id > ? ORDER BY id LIMIT ?`,
    ...[portal, type, archived ? 1 : 0, after, limit],
  )
}

/** An object with the properties that are asked for, or the default ones; what it has not is null. */
export function shown(type: ObjectType, row: Row, names: readonly string[]): CrmObject {
  const all = JSON.parse(row.body) as Properties
  const { modified, shown: usual, properties } = shapes[type]
  const updatedAt = new Date(row.updated_ms).toISOString()
  const own: Properties = { ...all, hs_object_id: String(row.id), [modified]: updatedAt }
  const wanted = new Set([...(names.length === 0 ? usual : names), 'hs_object_id', 'createdate', modified])
  const known = [...wanted].filter(name => Object.hasOwn(properties, name))
  return {
    id: String(row.id),
    properties: Object.fromEntries(known.map(name => [name, own[name] ?? null])),
    createdAt: new Date(row.created_ms).toISOString(),
    updatedAt,
    archived: row.archived === 1,
    ...(row.archived === 1 ? { archivedAt: updatedAt } : {}),
  }
}

/** Makes an object. Throws what is wrong with it, and that a contact of its e-mail is there. */
export function create(shelf: Shelf, said: unknown): Row {
  const properties = taken(shelf.type, said)
  refuseTaken(shelf, properties['email'])
  const { storage, portal, type } = shelf
  const now = Date.now()
  const id = nextId(storage, portal)
  const body = JSON.stringify({ createdate: new Date(now).toISOString(), ...withoutNulls(properties) })
  storage.run(
    `INSERT INTO hubspot_objects (portal, type, id, created_ms, updated_ms, email, body) VALUES (?, ?, ?, ?, ?, ?, ?)`,
    ...[portal, type, id, now, now, properties['email'] ?? null, body],
  )
  return rowOf(shelf, String(id))!
}

/** Changes the properties that are named; one that is emptied goes. */
export function update(shelf: Shelf, row: Row, said: unknown): Row {
  const properties = taken(shelf.type, said)
  if (row.archived === 1) throw notFound()
  refuseTaken(shelf, properties['email'], row.id)
  const next = withoutNulls({ ...(JSON.parse(row.body) as Properties), ...properties })
  return keep(shelf, row, next)
}

export function keep(shelf: Shelf, row: Row, properties: Properties, archived = row.archived): Row {
  const { storage, portal, type } = shelf
  // What the search still shows until the index has caught up.
  const indexed = row.updated_ms > indexedUntil(shelf) ? '' : 'indexed = body, indexed_ms = updated_ms, '
  storage.run(
    `UPDATE hubspot_objects SET ${indexed}body = ?, email = ?, archived = ?, updated_ms = ? WHERE ${at} AND id = ?`,
    ...[JSON.stringify(properties), properties['email'] ?? null, archived],
    ...[Math.max(Date.now(), row.updated_ms + 1), portal, type, row.id],
  )
  return rowOf(shelf, String(row.id))!
}

export function archive(shelf: Shelf, row: Row): void {
  if (row.archived === 0) keep(shelf, row, JSON.parse(row.body) as Properties, 1)
}

/** https://developers.hubspot.com/docs/api-reference/crm-contacts-v3/guide#merge-contacts: not reversible; the first one's values stay. */
export function merge(shelf: Shelf, primaryId: string, otherId: string): Row {
  const [primary, other] = [rowOf(shelf, primaryId), rowOf(shelf, otherId)]
  if (!primary || !other || primary.archived + other.archived > 0) throw notFound()
  if (primary.id === other.id) throw invalid('Cannot merge an object with itself')
  const { storage, portal, type } = shelf
  const values = { ...(JSON.parse(other.body) as Properties), ...(JSON.parse(primary.body) as Properties) }
  const ids = [values['hs_merged_object_ids'], String(other.id)].filter(Boolean)
  // Contacts keep the first one's id; what is merged of other types is under a new one.
  const isNew = type !== 'contacts'
  const survivor = isNew ? create({ storage, portal, type }, {}) : primary
  const into = `UPDATE hubspot_objects SET into_id = ?, email = NULL WHERE ${at} AND id = ?`
  for (const row of isNew ? [primary, other] : [other]) storage.run(into, survivor.id, portal, type, row.id)
  const merged = isNew ? [String(primary.id), ...ids] : ids
  return keep(shelf, survivor, { ...values, hs_merged_object_ids: merged.join(';') })
}

function refuseTaken(shelf: Shelf, email: string | null | undefined, ownId = 0): void {
  const other = typeof email === 'string' && shelf.type === 'contacts' ? idOfEmail(shelf, email) : undefined
  if (other !== undefined && other !== ownId) throw contactExists(other)
}

function withoutNulls(properties: Properties): Properties {
  return Object.fromEntries(Object.entries(properties).filter(([, value]) => value !== null))
}

/** Makes the portal at its first use. */
export function ensurePortal(storage: Storage, portal: string): void {
  storage.run('INSERT OR IGNORE INTO hubspot_portals (portal, next_id) VALUES (?, 1)', portal)
}

/** The index has what was changed up to this time: for as long as it lags behind nothing that was changed since it does. */
export function indexedUntil({ storage, portal }: Shelf): number {
  const query = 'SELECT lag_ms, lag_from_ms FROM hubspot_portals WHERE portal = ?'
  const row = storage.get<{ lag_ms: number; lag_from_ms: number }>(query, portal)
  return row === undefined || row.lag_ms === 0 ? Infinity : Math.max(Date.now() - row.lag_ms, row.lag_from_ms)
}

function nextId(storage: Storage, portal: string): number {
  const raise = 'UPDATE hubspot_portals SET next_id = next_id + 1 WHERE portal = ? RETURNING next_id'
  return (storage.get<{ next_id: number }>(raise, portal)?.next_id ?? 2) - 1
}
