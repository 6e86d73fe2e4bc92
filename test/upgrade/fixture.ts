import { readFileSync } from 'node:fs'
import { gunzipSync } from 'node:zlib'
import type { Left } from './use-inbound.ts'
import type { MadeConnections } from './use-connections.ts'
import type { MadeDeliveries } from './use-deliveries.ts'
import type { MadeSyncs } from './use-syncs.ts'

/** The first line of a fixture: what is needed to go on with its rows. */
export interface Used {
  /** The newest migration that its rows have been through. */
  migration: string
  madeAt: string
  /** A key ring made for it; nothing else was ever sealed with it. */
  encryptionKeys: string
  /** Where its platforms and receivers were; rows name them. */
  addresses: { sandbox: string; receiver: string; api: string }
  workspaceId: string
  otherWorkspaceId: string
  /** API keys as they were given out. */
  apiKeys: Record<'all' | 'reader' | 'revoked' | 'other', string>
  connections: MadeConnections
  syncs: MadeSyncs
  deliveries: MadeDeliveries
  left: Left
  /** Where the database's sequences stood. */
  sequences: Record<string, string>
  /** The sandbox's own database, a SQLite file as base64. */
  sandbox: string
}

/** A table, and one of its rows as Postgres writes it as JSON: a `bytea` is its hexadecimal text. */
export interface FixtureRow {
  table: string
  /** The row's JSON. It is kept as text, so that numbers stay as they were. */
  row: string
}

export interface Fixture extends Used {
  rows: FixtureRow[]
}

/** Reads a fixture: gzip of lines, `Used` first, then `TABLE JSON`. */
export function readFixture(file: URL): Fixture {
  const [first, ...lines] = gunzipSync(readFileSync(file)).toString().trimEnd().split('\n')
  const rows = lines.map(line => {
    const space = line.indexOf(' ')
    return { table: line.slice(0, space), row: line.slice(space + 1) }
  })
  return { ...(JSON.parse(first!) as Used), rows }
}
