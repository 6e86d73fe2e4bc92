// usage: node_modules/.bin/node test/upgrade/make-fixture.ts FILE.json.gz
// Runs the whole product of this checkout on embedded parts, uses it in every way that there is, and writes its database to a
// file. To keep a version's database, check that version out beside this one, copy this folder into it, and run it there:
//
//   git worktree add ../before COMMIT && cp -r test/upgrade ../before/test/ && cp -r node_modules ../before/
//   cd ../before && node_modules/.bin/node test/upgrade/make-fixture.ts fixture-0022.json.gz
//
// It takes about two minutes. upgrade.test.ts goes on with what is in the file.
import { chmodSync, mkdtempSync, rmSync, readFileSync, writeFileSync } from 'node:fs'
import { DatabaseSync } from 'node:sqlite'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import pg from 'pg'
import { startProduct } from '../../dev/product.ts'
import { callerOf, type Caller, type Shown } from './caller.ts'
import { dumpRows, sequencesOf, newestMigration } from './dump.ts'
import type { Used } from './fixture.ts'
import { useConnections } from './use-connections.ts'
import { useDeliveries } from './use-deliveries.ts'
import { leaveWork, useInbound } from './use-inbound.ts'
import { useSyncs } from './use-syncs.ts'

const file = process.argv[2]
if (!file) throw new Error('usage: make-fixture.ts FILE.json.gz')
const home = mkdtempSync(join(tmpdir(), 'causeway-fixture-'))
chmodSync(home, 0o755) // Postgres may run as another user
const product = await startProduct({ home, usualPorts: false })
const { stack, apiUrl } = product
const db = new pg.Client({ connectionString: stack.databaseUrl })
try {
  await db.connect()
  const admin = callerOf(apiUrl, stack.secrets.adminKey)
  const { id: workspaceId, key } = await workspace(admin, 'Used before')
  const other = await workspace(admin, 'Beside it')
  const ask = callerOf(apiUrl, key)
  const deliveries = await useDeliveries(product, ask)
  const connections = await useConnections(product, ask, db)
  const syncs = await useSyncs(product, ask, connections)
  await useInbound(product, ask, connections)
  await useBeside(callerOf(apiUrl, other.key))
  const reader = await ask<{ secret: string }>('POST', '/v1/api-keys', {
    ...{ name: 'Reads only', permissions: ['connections:read'], expiresAt: '2999-01-01T00:00:00.000Z' },
  })
  const revoked = await ask<Shown & { secret: string }>('POST', '/v1/api-keys', { name: 'Gone', permissions: ['*'] })
  await ask('DELETE', `/v1/api-keys/${revoked.id}`)

  const left = await leaveWork(product, ask, connections, syncs.both)
  await product.api.stop()
  await stack.sandbox.stop()
  const used: Used = {
    ...{ migration: await newestMigration(db), madeAt: new Date().toISOString() },
    ...{ encryptionKeys: stack.secrets.encryptionKeys, workspaceId, otherWorkspaceId: other.id },
    addresses: { sandbox: stack.sandbox.url, receiver: stack.receiver.url, api: apiUrl },
    apiKeys: { all: key, reader: reader.secret, revoked: revoked.secret, other: other.key },
    ...{ connections, syncs, deliveries, left, sequences: await sequencesOf(db), sandbox: sandboxFile() },
  }
  const lines = [JSON.stringify(used), ...(await dumpRows(db))]
  writeFileSync(file, gzipSync(`${lines.join('\n')}\n`, { level: 9 }))
  console.log(`${lines.length - 1} rows in ${file}`)
} finally {
  await db.end()
  await stack.stop()
  rmSync(home, { recursive: true, force: true })
}

async function workspace(admin: Caller, name: string): Promise<{ id: string; key: string }> {
  const made = await admin<{ id: string; apiKey: { secret: string } }>('POST', '/v1/workspaces', {
    ...{ name, redirectOrigins: ['https://app.example.com'] },
  })
  return { id: made.id, key: made.apiKey.secret }
}

/** Another workspace, whose rows are nobody else's. */
async function useBeside(ask: Caller): Promise<void> {
  await ask('POST', '/v1/endpoints', { url: stack.receiver.hook('beside').url })
  await ask('POST', '/v1/events', { type: 'beside.one', data: {} })
  await ask('POST', '/v1/records', { collection: 'customers', data: { displayName: 'Beside' } })
}

/** All of the sandbox's database in one small file. */
function sandboxFile(): string {
  const copy = join(home, 'sandbox-copy.db')
  const database = new DatabaseSync(join(home, 'sandbox.db'))
  database.exec(`vacuum into '${copy}'`)
  database.close()
  return readFileSync(copy).toString('base64')
}
