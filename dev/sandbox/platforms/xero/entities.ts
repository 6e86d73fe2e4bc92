import type { Storage } from '../../storage.ts'

export type Entity = Record<string, unknown>

/** The books of one organisation. */
export interface Books {
  storage: Storage
  tenant: string
}

export const tables = `
  CREATE TABLE IF NOT EXISTS xero_entities (
    seq INTEGER PRIMARY KEY, tenant TEXT NOT NULL, kind TEXT NOT NULL, id TEXT NOT NULL, name TEXT COLLATE NOCASE,
    archived INTEGER NOT NULL, updated_ms INTEGER NOT NULL, body TEXT NOT NULL);
  CREATE UNIQUE INDEX IF NOT EXISTS xero_entities_id ON xero_entities (tenant, kind, id);
  CREATE INDEX IF NOT EXISTS xero_entities_name ON xero_entities (tenant, kind, name);
  CREATE INDEX IF NOT EXISTS xero_entities_updated ON xero_entities (tenant, kind, updated_ms, seq);
  CREATE TABLE IF NOT EXISTS xero_answers (
    tenant TEXT, key TEXT, request TEXT NOT NULL, status INTEGER NOT NULL, body TEXT NOT NULL, at_ms INTEGER NOT NULL,
    PRIMARY KEY (tenant, key));
  CREATE TABLE IF NOT EXISTS xero_limits (tenant TEXT PRIMARY KEY, limits TEXT NOT NULL);`

/** A time as Xero's JSON has it. */
export const xeroTime = (ms: number): string => `/Date(${ms}+0000)/`

/** A day as Xero's JSON has it, from `YYYY-MM-DD`, a time, or its own form; undefined where it is none. */
export function xeroDay(value: unknown): { stamp: string; text: string } | undefined {
  if (typeof value !== 'string') return undefined
  const own = /^\/Date\((-?\d+)(?:[+-]\d{4})?\)\/$/.exec(value)
  const ms = own ? Number(own[1]) : /^\d{4}-\d\d-\d\d(T[\d:.]+Z?)?$/.test(value) ? Date.parse(value.slice(0, 10)) : NaN
  if (Number.isNaN(ms)) return undefined
  const day = Math.floor(ms / 86_400_000) * 86_400_000
  return { stamp: xeroTime(day), text: `${new Date(day).toISOString().slice(0, 10)}T00:00:00` }
}

export function getEntity({ storage, tenant }: Books, kind: string, id: unknown): Entity | undefined {
  if (typeof id !== 'string') return undefined
  const row = storage.get<{ body: string }>(
    'SELECT body FROM xero_entities WHERE tenant = ? AND kind = ? AND id = ?',
    ...[tenant, kind, id.toLowerCase()],
  )
  return row && (JSON.parse(row.body) as Entity)
}

/** What has a name, a code or a number, as far as that is in use. */
export function entityNamed({ storage, tenant }: Books, kind: string, name: unknown): Entity | undefined {
  if (typeof name !== 'string' || name === '') return undefined
  const row = storage.get<{ body: string }>(
    'SELECT body FROM xero_entities WHERE tenant = ? AND kind = ? AND name = ?',
    ...[tenant, kind, name],
  )
  return row && (JSON.parse(row.body) as Entity)
}

/** Where an entity stands: under which name it is unique, and whether lists leave it out. */
export interface Place {
  kind: string
  id: string
  name: string | null
  isArchived: boolean
}

/** Keeps an entity as it is now, with the time of its change. */
export function putEntity({ storage, tenant }: Books, { kind, id, name, isArchived }: Place, entity: Entity): Entity {
  const now = Date.now()
  const whole = { ...entity, UpdatedDateUTC: xeroTime(now) }
  storage.run(
    `INSERT INTO xero_entities (tenant, kind, id, name, archived, updated_ms, body) VALUES (?, ?, ?, ?, ?, ?, ?)
     ON CONFLICT (tenant, kind, id) DO UPDATE SET name = excluded.name, archived = excluded.archived,
       updated_ms = excluded.updated_ms, body = excluded.body`,
    ...[tenant, kind, id.toLowerCase(), name, isArchived ? 1 : 0, now, JSON.stringify(whole)],
  )
  return whole
}

export function dropEntity({ storage, tenant }: Books, kind: string, id: string): void {
  storage.run('DELETE FROM xero_entities WHERE tenant = ? AND kind = ? AND id = ?', tenant, kind, id.toLowerCase())
}
