import { execFile, fork, type ChildProcess } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { promisify } from 'node:util'
import pg from 'pg'
import { removePostgres } from '../../dev/postgres/postgres.ts'
import { startProduct, type Product } from '../../dev/product.ts'
import { callApi } from '../call.ts'
import { ledger } from '../chaos-sync/ledger.ts'

/** Companies that are pulled at the same time, and the customers of each: what the platform's limit lets through at once. */
export const atOnce = 4
export const customers = 44_000
export const total = atOnce * customers

export interface Run {
  id: string
  status: string
  errorCode: string | null
  requestedAt: string
  startedAt: string | null
  finishedAt: string
  counts: { pulled: number; created: number; updated: number; unchanged: number; pushed: number; failed: number }
}

/** A workspace of the benchmark with its key. */
export interface Tenant {
  workspaceId: string
  api: <Body>(method: string, path: string, body?: unknown) => Promise<Body>
}

/** The product as it runs, beside a source of rows. */
export interface SyncScene {
  product: Product
  db: pg.Pool
  rowsUrl: string
  say: (line: string) => void
  newTenant: (name: string) => Promise<Tenant>
  /** A company of its own at QuickBooks, connected by tokens from elsewhere, with a sync of its customers into a collection of its own. */
  newCompany(): Promise<string>
  /** One run of a company's sync to its end. */
  load(syncId: string, body?: Record<string, unknown>, pollMs?: number): Promise<Run>
  /** Changes one row of a hundred at the source. */
  advance(): Promise<void>
  /** Rows a second of a raw loop. */
  raw(seconds: number): Promise<{ firstLoad: number; unchanged: number }>
  close(): Promise<void>
}

export async function setSyncScene(say: (line: string) => void): Promise<SyncScene> {
  const home = mkdtempSync(join(tmpdir(), 'causeway-bench-'))
  say('starting Postgres, Temporal, the API and a worker')
  const product = await startProduct({ home, usualPorts: false })
  const rows = fork(join(import.meta.dirname, 'rows-server.ts'), [String(customers), String(total)])
  const rowsUrl = `http://127.0.0.1:${await told<number>(rows)}`
  const db = new pg.Pool({ connectionString: product.stack.databaseUrl, max: 2 })
  const newTenant = async (name: string): Promise<Tenant> => {
    type Made = { id: string; apiKey: { secret: string } }
    const { adminKey } = product.stack.secrets
    const { id, apiKey } = await callApi<Made>(product.apiUrl, adminKey, 'POST', '/v1/workspaces', { name })
    return {
      workspaceId: id,
      api: (method, path, body) => callApi(product.apiUrl, apiKey.secret, method, path, body),
    }
  }
  const { api } = await newTenant('bench')
  const { id: appId } = await api<{ id: string }>('POST', '/v1/provider-apps', {
    ...{ provider: 'quickbooks', name: 'rows', clientId: 'bench', clientSecret: 'bench' },
    baseUrls: { 'https://quickbooks.api.intuit.com': rowsUrl },
  })
  let companies = 0
  return {
    ...{ product, db, rowsUrl, say, newTenant },
    async newCompany() {
      const number = ++companies
      const { connection } = await api<{ connection: { id: string } }>('POST', '/v1/connections', {
        provider: 'quickbooks',
        providerAppId: appId,
        import: {
          accessToken: `bench-${number}`,
          expiresAt: new Date(Date.now() + 86_400_000).toISOString(),
          config: { realmId: String(9_000_000 + number) },
        },
      })
      const sync = { connectionId: connection.id, model: 'customers', collection: `customers-${number}` }
      return (await api<{ id: string }>('POST', '/v1/syncs', sync)).id
    },
    load: (syncId, body, pollMs) => runToEnd(api, syncId, body, pollMs),
    async advance() {
      const done = told(rows)
      rows.send({ advance: true })
      await done
    },
    async raw(seconds) {
      const script = join(import.meta.dirname, 'raw-pull.ts')
      const args = ['--disable-warning=ExperimentalWarning', script, product.stack.databaseUrl, rowsUrl]
      const { stdout } = await promisify(execFile)(process.execPath, [...args, String(total), String(seconds)])
      return JSON.parse(stdout) as { firstLoad: number; unchanged: number }
    },
    async close() {
      rows.kill()
      await db.end()
      await product.stack.stop()
      await removePostgres(join(home, 'postgres'))
      rmSync(home, { recursive: true, force: true })
    },
  }
}

function told<Message>(child: ChildProcess): Promise<Message> {
  return new Promise(resolve => child.once('message', message => resolve(message as Message)))
}

/** One run to its end. @throws Error when it does not succeed */
export async function runToEnd(
  api: Tenant['api'],
  syncId: string,
  body: Record<string, unknown> = {},
  pollMs = 500,
): Promise<Run> {
  const { id } = await api<Run>('POST', `/v1/syncs/${syncId}/runs`, body)
  for (;;) {
    await sleep(pollMs)
    const run = await api<Run>('GET', `/v1/syncs/${syncId}/runs/${id}`)
    if (run.status === 'succeeded') return run
    if (run.status !== 'requested' && run.status !== 'running') throw new Error(`a run ${run.status}: ${run.errorCode}`)
  }
}

/** An account of the platform that the workspace posts, with a sync of its rows. @param key how many rows it has: see ledger-rows.ts */
export async function newLedger(scene: SyncScene, tenant: Tenant, key: string, sync: object): Promise<string> {
  const appId = await ledgerApp(scene, tenant)
  const { connection } = await tenant.api<{ connection: { id: string } }>('POST', '/v1/connections', {
    ...{ provider: 'ledger', providerAppId: appId, credentials: { apiKey: key } },
  })
  const said = { connectionId: connection.id, model: 'rows', collection: `rows-${key}`, ...sync }
  return (await tenant.api<{ id: string }>('POST', '/v1/syncs', said)).id
}

const apps = new Map<string, Promise<string>>()

/** The workspace's app of the platform, posted once. */
function ledgerApp(scene: SyncScene, { workspaceId, api }: Tenant): Promise<string> {
  const made = apps.get(workspaceId)
  if (made) return made
  const making = (async () => {
    await api('POST', '/v1/providers', ledger)
    const baseUrls = { 'https://api.ledger.example': `${scene.rowsUrl}/ledger` }
    const app = await api<{ id: string }>('POST', '/v1/provider-apps', { provider: 'ledger', name: 'rows', baseUrls })
    return app.id
  })()
  apps.set(workspaceId, making)
  return making
}

/** From the request to the end. */
export function lastedMs({ requestedAt, finishedAt }: Pick<Run, 'requestedAt' | 'finishedAt'>): number {
  return Date.parse(finishedAt) - Date.parse(requestedAt)
}
