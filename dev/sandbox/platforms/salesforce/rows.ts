import type { Storage } from '../../storage.ts'
import { type Entity, idOf, taken, type Values } from './entities.ts'
import { isDeleted, notFound, Refusal } from './refusals.ts'

/** One organisation. */
export interface Org {
  storage: Storage
  id: string
}

export interface Row {
  id: string
  deleted: number
  master: string | null
  created_ms: number
  stamp_ms: number
  body: string
}

export const tables = `
  CREATE TABLE IF NOT EXISTS salesforce_rows (
    org TEXT NOT NULL, type TEXT NOT NULL, id TEXT NOT NULL, deleted INTEGER NOT NULL DEFAULT 0, master TEXT,
    created_ms INTEGER NOT NULL, stamp_ms INTEGER NOT NULL, body TEXT NOT NULL, PRIMARY KEY (org, type, id)) WITHOUT ROWID;
  CREATE INDEX IF NOT EXISTS salesforce_stamp ON salesforce_rows (org, type, stamp_ms, id);
  CREATE TABLE IF NOT EXISTS salesforce_orgs (
    org TEXT PRIMARY KEY, next_number INTEGER NOT NULL, page INTEGER NOT NULL DEFAULT 2000, used INTEGER NOT NULL DEFAULT 0,
    most INTEGER NOT NULL DEFAULT 100000, duplicate_rule INTEGER NOT NULL DEFAULT 0, locked INTEGER NOT NULL DEFAULT 0);
  CREATE TABLE IF NOT EXISTS salesforce_cursors (
    locator TEXT PRIMARY KEY, org TEXT NOT NULL, type TEXT NOT NULL, fields TEXT NOT NULL, ids TEXT NOT NULL);`

export interface OrgSettings {
  page: number
  used: number
  most: number
  duplicate_rule: number
}

const whole = 'id, deleted, master, created_ms, stamp_ms, body'
const at = 'org = ? AND type = ?'

/** Makes the organisation at its first use; gives whether it is new. */
export function ensureOrg({ storage, id }: Org): boolean {
  return storage.run('INSERT OR IGNORE INTO salesforce_orgs (org, next_number) VALUES (?, 1)', id) > 0
}

export function orgSettings({ storage, id }: Org): OrgSettings {
  return storage.get<OrgSettings>('SELECT page, used, most, duplicate_rule FROM salesforce_orgs WHERE org = ?', id)!
}

/** A row by its id of 15 or 18 characters. */
export function rowOf({ storage, id: org }: Org, { name }: Entity, id: string): Row | undefined {
  if (!/^[A-Za-z0-9]{15}([A-Za-z0-9]{3})?$/.test(id)) return undefined
  const query = `SELECT ${whole} FROM salesforce_rows WHERE ${at} AND id >= ? AND id < ?`
  return storage.get<Row>(query, org, name, id, `${id}~`)
}

/** The row that is there. @throws Refusal `NOT_FOUND`, `ENTITY_IS_DELETED` */
export function liveRow(org: Org, entity: Entity, id: string): Row {
  const row = rowOf(org, entity, id)
  if (!row) throw notFound()
  if (row.deleted === 1) throw isDeleted()
  return row
}

export function rowsByIds({ storage, id: org }: Org, { name }: Entity, ids: readonly string[]): Row[] {
  const marks = ids.map(() => '?').join(', ')
  return storage.all<Row>(`SELECT ${whole} FROM salesforce_rows WHERE ${at} AND id IN (${marks})`, org, name, ...ids)
}

/** Rows whose value of a field is this. */
export function rowsWith({ storage, id: org }: Org, { name }: Entity, field: string, value: string): Row[] {
  const is = `deleted = 0 AND json_extract(body, '$.${field}') = ?`
  return storage.all<Row>(`SELECT ${whole} FROM salesforce_rows WHERE ${at} AND ${is} LIMIT 10`, org, name, value)
}

/** A field of a row as answers have it. */
export function valueOf(row: Row, name: string): unknown {
  const values = JSON.parse(row.body) as Values
  switch (name) {
    case 'Id':
      return row.id
    case 'IsDeleted':
      return row.deleted === 1
    case 'MasterRecordId':
      return row.master
    case 'CreatedDate':
      return written(row.created_ms)
    case 'LastModifiedDate':
    case 'SystemModstamp':
      return written(row.stamp_ms)
    case 'Name':
      if (values['Name'] !== undefined) return values['Name']
      return [values['FirstName'], values['LastName']].filter(Boolean).join(' ')
    case 'IsConverted':
      return values[name] === true
    default:
      return values[name] ?? null
  }
}

/** `2026-01-31T00:00:00.000+0000`: instants are kept to the second. */
export function written(ms: number): string {
  return new Date(ms).toISOString().replace(/\.\d+Z$/, '.000+0000')
}

/** What an answer says of a row. */
export function shown(entity: Entity, row: Row, names: readonly string[], version: string): Values {
  const attributes = { type: entity.name, url: `/services/data/v${version}.0/sobjects/${entity.name}/${row.id}` }
  return { attributes, ...Object.fromEntries(names.map(name => [name, valueOf(row, name)])) }
}

/** Makes a row. @throws Refusal for what the platform refuses, and for a duplicate where the rule is on and nobody allows it */
export function create(org: Org, entity: Entity, said: Values, allowDuplicate = false): Row {
  refuseLocked(org)
  const values = taken(entity, said, true)
  refuseMissing(org, entity, values)
  if (!allowDuplicate) refuseDuplicate(org, entity, values)
  refuseTaken(org, entity, values)
  const raise = 'UPDATE salesforce_orgs SET next_number = next_number + 1 WHERE org = ? RETURNING next_number'
  const { next_number: number } = org.storage.get<{ next_number: number }>(raise, org.id)!
  const id = idOf(entity.prefix, number)
  const now = seconds()
  const body = JSON.stringify({
    ...(entity.name === 'Lead' ? { Status: 'Open - Not Contacted' } : {}),
    ...withoutNulls(values),
  })
  const insert = 'INSERT INTO salesforce_rows (org, type, id, created_ms, stamp_ms, body) VALUES (?, ?, ?, ?, ?, ?)'
  org.storage.run(insert, org.id, entity.name, id, now, now, body)
  return rowOf(org, entity, id)!
}

/** Changes the fields that are named. */
export function update(org: Org, entity: Entity, row: Row, said: Values): Row {
  refuseLocked(org)
  const values = taken(entity, said, false)
  refuseMissing(org, entity, values)
  refuseTaken(org, entity, values, row.id)
  const body = JSON.stringify(withoutNulls({ ...(JSON.parse(row.body) as Values), ...values }))
  const set = `UPDATE salesforce_rows SET body = ?, stamp_ms = ? WHERE ${at} AND id = ?`
  org.storage.run(set, body, seconds(), org.id, entity.name, row.id)
  return rowOf(org, entity, row.id)!
}

/** Puts a row into the recycle bin; one that is merged away names the one that is left. */
export function remove(org: Org, entity: Entity, row: Row, master: string | null = null): void {
  refuseLocked(org)
  const set = `UPDATE salesforce_rows SET deleted = 1, master = ?, stamp_ms = ? WHERE ${at} AND id = ?`
  org.storage.run(set, master, seconds(), org.id, entity.name, row.id)
}

function seconds(): number {
  return Math.floor(Date.now() / 1000) * 1000
}

function refuseLocked({ storage, id }: Org): void {
  const isLocked = storage.run('UPDATE salesforce_orgs SET locked = locked - 1 WHERE org = ? AND locked > 0', id) > 0
  if (isLocked) throw new Refusal(400, 'UNABLE_TO_LOCK_ROW', 'unable to obtain exclusive access to this record')
}

function refuseMissing(org: Org, entity: Entity, values: Values): void {
  for (const [name, value] of Object.entries(values)) {
    const field = entity.fields[name]!
    if (field.kind !== 'reference' || typeof value !== 'string') continue
    const isThere = org.storage.get(
      `SELECT 1 FROM salesforce_rows WHERE ${at} AND deleted = 0 AND id >= ? AND id < ?`,
      ...[org.id, field.to, value, `${value}~`],
    )
    if (!isThere) throw new Refusal(400, 'INVALID_CROSS_REFERENCE_KEY', 'invalid cross reference id', [name])
  }
}

function refuseTaken(org: Org, entity: Entity, values: Values, ownId?: string): void {
  for (const [name, value] of Object.entries(values)) {
    const field = entity.fields[name]!
    if (field.kind !== 'text' || !field.unique || typeof value !== 'string') continue
    const other = rowsWith(org, entity, name, value).find(({ id }) => id !== ownId)
    const message = `duplicate value found: ${name} duplicates value on record with id: ${other?.id.slice(0, 15)}`
    if (other) throw new Refusal(400, 'DUPLICATE_VALUE', message, [name])
  }
}

function refuseDuplicate(org: Org, entity: Entity, { Email, LastName }: Values): void {
  if (orgSettings(org).duplicate_rule === 0 || typeof Email !== 'string') return
  const isSame = (row: Row) => valueOf(row, 'LastName') === LastName
  if (rowsWith(org, entity, 'Email', Email).some(isSame))
    throw new Refusal(
      400,
      'DUPLICATES_DETECTED',
      "You're creating a duplicate record. We recommend you use an existing record instead.",
    )
}

function withoutNulls(values: Values): Values {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== null))
}
